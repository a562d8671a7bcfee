//! Passwords: what one must be, and argon2id, a few at a time because each takes 19 MiB.

use std::{sync::Arc, time::Duration};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use model::{ErrorCode, Secret};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{answer::Failure, words::AdminWords};

/// Shortest password, in characters. There is no other rule: length is what makes a password hard to guess.
pub(super) const PASSWORD_MIN_CHARS: usize = 12;
/// Longest password, in characters.
pub(super) const PASSWORD_MAX_CHARS: usize = 256;
/// Hashes that are made at once.
const AT_ONCE: usize = 2;
/// How long a hash waits for its turn.
const TURN_WITHIN: Duration = Duration::from_secs(5);

/// What is wrong with a new password, if anything.
pub(super) fn fault(words: &AdminWords, password: &Secret<String>, again: &Secret<String>) -> &'static str {
    let length = password.expose().chars().count();
    if length < PASSWORD_MIN_CHARS {
        words.password_short
    } else if length > PASSWORD_MAX_CHARS {
        words.password_long
    } else if password != again {
        words.password_differs
    } else {
        ""
    }
}

/// Whoever hashes waits here for a turn.
pub(super) struct Passwords(Arc<Semaphore>);

impl Default for Passwords {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Passwords {
    /// The hash to store, with salt and cost.
    pub(super) async fn hash(&self, password: Secret<String>) -> Result<Secret<String>, Failure> {
        let turn = self.turn().await?;
        let hashed = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let hash: PasswordHash = Argon2::default().hash_password(password.expose().as_bytes()).ok()?;
            Some(Secret::new(hash.to_string()))
        });
        hashed.await.ok().flatten().ok_or_else(|| Failure::Fault(ErrorCode::Internal.into()))
    }

    /// Whether it is the password of the stored hash. Where there is none, it takes as long and is not.
    pub(super) async fn matches(
        &self,
        password: Secret<String>,
        stored: Option<Secret<String>>,
    ) -> Result<bool, Failure> {
        let turn = self.turn().await?;
        let checked = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let (argon2, bytes) = (Argon2::default(), password.expose().as_bytes());
            match stored {
                Some(stored) => PasswordHash::new(stored.expose())
                    .is_ok_and(|stored| argon2.verify_password(bytes, &stored).is_ok()),
                None => {
                    let hashed: Result<PasswordHash, _> = argon2.hash_password(bytes);
                    drop(hashed);
                    false
                }
            }
        });
        checked.await.map_err(|_| Failure::Fault(ErrorCode::Internal.into()))
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let turn = timeout(TURN_WITHIN, Arc::clone(&self.0).acquire_owned()).await;
        turn.ok().and_then(Result::ok).ok_or_else(|| Failure::Fault(ErrorCode::Busy.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Passwords, Secret, fault};
    use crate::console::words::Lang;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn length_is_the_only_rule() {
        let words = Lang::En.admin_words();
        let judge = |password: &str| fault(words, &secret(password), &secret(password));
        assert_eq!(judge("elevenchars"), words.password_short);
        assert_eq!(judge("密码密码密码密码密码密码"), "");
        assert_eq!(judge("            "), "");
        assert_eq!(judge(&"x".repeat(257)), words.password_long);
        assert_eq!(fault(words, &secret("twelve chars"), &secret("twelve Chars")), words.password_differs);
    }

    #[tokio::test]
    async fn a_hash_matches_its_password_alone_and_is_argon2id_with_a_salt() {
        let passwords = Passwords::default();
        let hash = passwords.hash(secret("correct horse")).await.unwrap();
        assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_ne!(passwords.hash(secret("correct horse")).await.unwrap(), hash);
        assert!(passwords.matches(secret("correct horse"), Some(hash.clone())).await.unwrap());
        assert!(!passwords.matches(secret("correct house"), Some(hash)).await.unwrap());
        assert!(!passwords.matches(secret("correct horse"), None).await.unwrap());
        assert!(!passwords.matches(secret("anything"), Some(secret("damaged"))).await.unwrap());
    }
}
