//! What goes when its time is over, and what goes with a deleted user: one loop, in small steps beside the road.
//!
//! What is over, the store says; which Apps and users, and how fast, is said here. A step takes a fifth of the writer's
//! time at the most. A stop in the middle loses nothing: what is over stays over, and a deleted user's mark stays until
//! nothing of the user is left.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use model::{App, AppId, ErrorCode, Fault, SessionState, UserId};
use rules::Reason;
use store::{Deletion, Erasure, ErasureStep, Expiry, ExpiryStep, Op, Outcome};
use tokio::time::{self, Instant};
use wire::KickReason;

use crate::{Im, TOKEN_LIFETIME_MAX_S, fault_of};

/// From one pass over what is over to the next.
const EVERY: Duration = Duration::from_mins(10);
/// From the start to the first pass: a start has other things to do.
const FIRST_AFTER: Duration = Duration::from_mins(1);
/// Until a pass that was refused, or that could not finish, is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(10);
/// Most rows that one commit takes away.
const STEP_ROWS: u32 = 256;
/// After a step the loop rests for so many times as long as the step took, so that the road has the rest of the writer.
const REST_TIMES: u32 = 4;
/// The shortest rest.
const REST_LEAST: Duration = Duration::from_millis(10);
/// Deleted users that are looked at together.
const DELETIONS_AT_ONCE: u32 = 1024;
/// Backends' clocks differ: a token may say that it is a little younger than it is.
const TOKEN_AGE_MAX_MS: i64 = (TOKEN_LIFETIME_MAX_S + 3600) * 1000;
/// How long the hours' counts are kept.
const COUNTS_KEPT_MS: i64 = 90 * 24 * 3_600_000;

/// Whether the road beside the loop is to be spared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    Beside,
    AtOnce,
}

/// Runs until it is aborted.
pub(crate) async fn run(im: Arc<Im>) {
    let mut next_pass = Instant::now() + FIRST_AFTER;
    loop {
        let erased = im.erase_deleted(Pace::Beside).await;
        if next_pass <= Instant::now() {
            next_pass = Instant::now() + EVERY;
            if let Err(fault) = im.expire(Pace::Beside).await {
                tracing::warn!(%fault, "what is over could not be taken away; it is tried again");
                next_pass = Instant::now() + AGAIN_AFTER;
            }
        }
        let look_at = match erased {
            Ok(Erased::All) => next_pass,
            Ok(Erased::NotAll) => next_pass.min(Instant::now() + AGAIN_AFTER),
            Err(fault) => {
                tracing::warn!(%fault, "what deleted users left could not be erased; it is tried again");
                next_pass.min(Instant::now() + AGAIN_AFTER)
            }
        };
        tokio::select! {
            () = time::sleep_until(look_at) => {}
            () = im.deletions.notified() => {}
        }
    }
}

/// Whether something of a deleted user is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Erased {
    All,
    NotAll,
}

impl Im {
    /// Deletes a user. The user cannot be reached, found or logged in with a token of before once this returns; words,
    /// deliveries and memberships go in the background, and until nothing is left the id is not given to a new user.
    ///
    /// # Errors
    /// `not_found`, `busy`, `internal`; then nothing changed.
    pub async fn delete_user(&self, app: AppId, user: &UserId) -> Result<(), Fault> {
        let sessions = self.store().sessions(app, user).await.map_err(|error| fault_of(&error))?;
        let (reason, at) = (Reason::USER_DELETED, self.now());
        let mut batch = vec![Op::DeleteUser { app, user: user.clone(), reason, at }];
        for session in sessions.iter().filter(|session| session.state.is_logged_in()) {
            let ended = SessionState::LoggedOut;
            batch.extend(self.session_event(app, user, session.device, ended).await?);
        }
        if self.commit_all(batch).await?.first() == Some(&Outcome::Missing) {
            return Err(ErrorCode::NotFound.into());
        }
        for live in self.registry.of_user(app, user) {
            self.kick(&live, KickReason::ByServer);
        }
        self.deletions.notify_one();
        Ok(())
    }

    /// Takes away what is over, and erases what deleted users left. The IM half does so by itself; a clock that is
    /// moved by hand needs to be asked.
    ///
    /// # Errors
    /// `busy` or `internal`; what is left is found again.
    pub async fn keep_house(&self) -> Result<(), Fault> {
        self.erase_deleted(Pace::AtOnce).await?;
        self.expire(Pace::AtOnce).await
    }

    /// One pass over every App.
    async fn expire(&self, pace: Pace) -> Result<(), Fault> {
        let apps = self.store().apps().await.map_err(|error| fault_of(&error))?;
        for app in apps {
            let rows = self.expire_app(&app, pace).await? + self.forget_counts(app.id, pace).await?;
            if rows > 0 {
                tracing::info!(app = app.id.0, rows, "what the App's retention does not keep was taken away");
            }
        }
        Ok(())
    }

    async fn expire_app(&self, app: &App, pace: Pace) -> Result<u64, Fault> {
        let now = self.now();
        let (before, tokens_before) = (app.policy.kept_from(now), now.plus_ms(-TOKEN_AGE_MAX_MS));
        let (mut step, mut all_rows) = (ExpiryStep::FIRST, 0);
        loop {
            let expiry = Expiry { app: app.id, before, tokens_before, step, limit: STEP_ROWS };
            let Outcome::Expired { rows, next } = self.beside(Op::Expire(expiry), pace).await? else {
                return Err(ErrorCode::Internal.into());
            };
            all_rows += u64::from(rows);
            match next {
                Some(next) => step = next,
                None => return Ok(all_rows),
            }
        }
    }

    /// Counts outlive the deliveries they are of.
    async fn forget_counts(&self, app: AppId, pace: Pace) -> Result<u64, Fault> {
        let (before, mut all_rows) = (self.now().plus_ms(-COUNTS_KEPT_MS), 0);
        loop {
            let forget = Op::ForgetCounts { app, before, limit: STEP_ROWS };
            let Outcome::Forgotten(rows) = self.beside(forget, pace).await? else {
                return Err(ErrorCode::Internal.into());
            };
            all_rows += u64::from(rows);
            if rows < STEP_ROWS {
                return Ok(all_rows);
            }
        }
    }

    async fn erase_deleted(&self, pace: Pace) -> Result<Erased, Fault> {
        for (app, users) in by_app(self.open_deletions().await?) {
            for user in &users {
                self.leave_all_groups(app, user).await?;
            }
            for users in users.chunks(Erasure::USERS_MAX) {
                self.erase(app, users, pace).await?;
            }
        }
        Ok(if self.open_deletions().await?.is_empty() { Erased::All } else { Erased::NotAll })
    }

    async fn open_deletions(&self) -> Result<Vec<Deletion>, Fault> {
        self.store().open_deletions(DELETIONS_AT_ONCE).await.map_err(|error| fault_of(&error))
    }

    async fn erase(&self, app: AppId, users: &[UserId], pace: Pace) -> Result<(), Fault> {
        let mut step = ErasureStep::FIRST;
        loop {
            let (reason, at) = (Reason::SENDER_DELETED, self.now());
            let erasure = Erasure { app, users: users.to_vec(), step, limit: STEP_ROWS, reason, at };
            match self.beside(Op::Erase(erasure), pace).await? {
                Outcome::Erased { next: Some(next), .. } => step = next,
                Outcome::Erased { next: None, .. } => return Ok(()),
                _ => return Err(ErrorCode::Internal.into()),
            }
        }
    }

    /// Commits a step and leaves the writer to others for a while.
    async fn beside(&self, op: Op, pace: Pace) -> Result<Outcome, Fault> {
        let began = Instant::now();
        let outcome = self.commit_one(op).await?;
        if pace == Pace::Beside {
            time::sleep((began.elapsed() * REST_TIMES).max(REST_LEAST)).await;
        }
        Ok(outcome)
    }
}

fn by_app(deletions: Vec<Deletion>) -> BTreeMap<AppId, Vec<UserId>> {
    let mut by_app: BTreeMap<AppId, Vec<UserId>> = BTreeMap::new();
    for deletion in deletions {
        by_app.entry(deletion.app).or_default().push(deletion.user);
    }
    by_app
}
