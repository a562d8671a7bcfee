//! What a connection has asked for and not yet got: logins, sends, requests.
//!
//! Sends of one connection run side by side, so that one durable commit carries many of them; each answer names its
//! send. Everything that changes the session runs one after another, in the order it came.

use std::{collections::VecDeque, future::Future, pin::Pin, sync::Arc};

use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};
use im::{Accepted, Im, Live, Opened, OutboxDoor};
use model::{ClientMessageId, ErrorCode, Fault};
use wire::{ClientFrame, ConversationView, Cursor, GroupView, Login, MessageFrame, SendMessage};

/// Errands of one connection that run at once; beyond that it is not read from.
const RUNNING_MAX: usize = 64;
/// Session requests of one connection that wait for their turn.
const WAITING_MAX: usize = 32;

/// An errand that ended.
pub(super) enum Done {
    LoggedIn(Result<Box<Opened>, Fault>),
    Sent(ClientMessageId, Result<Accepted, Fault>),
    Answered(u32, Result<Answer, Fault>),
    Synced(Result<(), Fault>),
}

impl Done {
    /// With what it was refused, where it was.
    pub(super) fn refusal(&self) -> Option<ErrorCode> {
        match self {
            Self::LoggedIn(Err(fault))
            | Self::Sent(_, Err(fault))
            | Self::Answered(_, Err(fault))
            | Self::Synced(Err(fault)) => Some(fault.code),
            Self::LoggedIn(Ok(_)) | Self::Sent(_, Ok(_)) | Self::Answered(_, Ok(_)) => None,
            Self::Synced(Ok(())) => None,
        }
    }
}

/// What a request is answered with.
pub(super) enum Answer {
    Done,
    Group(Box<GroupView>),
    History(Vec<MessageFrame>),
    Conversations(Vec<ConversationView>),
}

/// The errands of one connection.
pub(super) struct Errands {
    im: Arc<Im>,
    live: Option<Arc<Live>>,
    running: FuturesUnordered<Pin<Box<dyn Future<Output = Done> + Send>>>,
    waiting: VecDeque<ClientFrame>,
    turn_taken: bool,
}

impl Errands {
    pub(super) fn new(im: Arc<Im>) -> Self {
        Self { im, live: None, running: FuturesUnordered::new(), waiting: VecDeque::new(), turn_taken: false }
    }

    /// Whether the connection may ask for more.
    pub(super) fn have_room(&self) -> bool {
        self.running.len() < RUNNING_MAX && self.waiting.len() < WAITING_MAX
    }

    /// The next errand that ended; waits for ever while none runs.
    pub(super) async fn next(&mut self) -> Done {
        match self.running.next().await {
            Some(done) => {
                self.note(&done);
                done
            }
            None => std::future::pending().await,
        }
    }

    /// An errand that has ended already.
    pub(super) fn try_next(&mut self) -> Option<Done> {
        let done = self.running.next().now_or_never().flatten()?;
        self.note(&done);
        Some(done)
    }

    pub(super) fn log_in(&mut self, login: Login, outbox: OutboxDoor) {
        let im = Arc::clone(&self.im);
        self.run(async move { Done::LoggedIn(im.login(login, outbox).await.map(Box::new)) });
    }

    pub(super) fn request(&mut self, frame: ClientFrame) {
        match frame {
            ClientFrame::Send(message) => self.send(*message),
            frame => {
                self.waiting.push_back(frame);
                self.take_turn();
            }
        }
    }

    /// Hands an acknowledgement over: it is stored a moment later, with those of others.
    pub(super) fn ack(&self, cursors: Vec<Cursor>) {
        let Some(live) = &self.live else { return };
        self.im.ack(live, cursors.into_iter().map(|cursor| (cursor.conversation, cursor.seq)).collect());
    }

    /// Lets everything that runs come to its end and ends the session. Errands are
    /// never broken off: a login cut between its commit and its welcome would leave a user online for ever.
    pub(super) async fn finish(mut self) {
        self.waiting.clear();
        while let Some(done) = self.running.next().await {
            self.note(&done);
        }
        if let Some(live) = &self.live {
            self.im.closed(live).await;
        }
    }

    fn run(&self, errand: impl Future<Output = Done> + Send + 'static) {
        self.running.push(Box::pin(errand));
    }

    /// What an ended errand makes possible.
    fn note(&mut self, done: &Done) {
        match done {
            Done::LoggedIn(Ok(opened)) => self.live = Some(Arc::clone(&opened.live)),
            Done::LoggedIn(Err(_)) | Done::Sent(..) => {}
            Done::Answered(..) | Done::Synced(_) => {
                self.turn_taken = false;
                self.take_turn();
            }
        }
    }

    fn send(&self, message: SendMessage) {
        let Some(live) = self.live.clone() else { return };
        let (im, id) = (Arc::clone(&self.im), message.client_message_id.clone());
        self.run(async move { Done::Sent(id, im.send(&live, message).await) });
    }

    fn take_turn(&mut self) {
        if self.turn_taken {
            return;
        }
        let (Some(live), Some(frame)) = (self.live.clone(), self.waiting.pop_front()) else { return };
        let im = Arc::clone(&self.im);
        self.turn_taken = true;
        self.run(async move { carry_out(&im, &live, frame).await });
    }
}

async fn carry_out(im: &Im, live: &Live, frame: ClientFrame) -> Done {
    match frame {
        ClientFrame::Sync { heads } => Done::Synced(im.sync(live, &heads).await),
        frame => match number(&frame) {
            Some(request) => Done::Answered(request, answer(im, live, frame).await),
            None => Done::Answered(0, Err(ErrorCode::Internal.into())),
        },
    }
}

/// The number a request is answered under; `None` for what is no request.
const fn number(frame: &ClientFrame) -> Option<u32> {
    match frame {
        ClientFrame::Presence { request, .. }
        | ClientFrame::Report { request, .. }
        | ClientFrame::Bind { request, .. }
        | ClientFrame::Unbind { request, .. }
        | ClientFrame::PushSwitch { request, .. }
        | ClientFrame::Unregister { request }
        | ClientFrame::Read { request, .. }
        | ClientFrame::Recall { request, .. }
        | ClientFrame::Group { request, .. }
        | ClientFrame::Call { request, .. }
        | ClientFrame::Settings { request, .. }
        | ClientFrame::Mute { request, .. }
        | ClientFrame::History { request, .. }
        | ClientFrame::Conversations { request }
        | ClientFrame::Logout { request } => Some(*request),
        ClientFrame::Login(_)
        | ClientFrame::Ping {}
        | ClientFrame::Send(_)
        | ClientFrame::Ack { .. }
        | ClientFrame::Sync { .. } => None,
    }
}

async fn answer(im: &Im, live: &Live, frame: ClientFrame) -> Result<Answer, Fault> {
    match frame {
        ClientFrame::Presence { foreground, unread, .. } => {
            im.set_presence(live, foreground, unread).await?;
        }
        ClientFrame::Report { report, .. } => im.set_report(live, *report).await?,
        ClientFrame::Bind { certificate, kind, token, .. } => {
            im.bind(live, certificate, kind, &token).await?
        }
        ClientFrame::Unbind { certificate, kind, .. } => im.unbind(live, certificate, kind).await?,
        ClientFrame::PushSwitch { on, .. } => im.switch_push(live, on).await?,
        ClientFrame::Unregister { .. } => im.unregister(live).await?,
        ClientFrame::Read { cursors, .. } => im.read(live, &cursors).await?,
        ClientFrame::Recall { message, push, .. } => im.recall(live, message, push.as_deref()).await?,
        ClientFrame::Group { group, action, .. } => {
            let shown = im.group(live, &group, *action).await?;
            return Ok(shown.map_or(Answer::Done, |group| Answer::Group(Box::new(group))));
        }
        ClientFrame::Call { call, action, .. } => im.call(live, call, &action).await?,
        ClientFrame::Settings { settings, .. } => im.set_settings(live, *settings).await?,
        ClientFrame::Mute { conversation, mute, .. } => im.set_mute(live, conversation, mute).await?,
        ClientFrame::History { conversation, before, limit, .. } => {
            return im.history(live, &conversation, before, limit).await.map(Answer::History);
        }
        ClientFrame::Conversations { .. } => return im.conversations(live).await.map(Answer::Conversations),
        ClientFrame::Logout { .. } => im.logout(live).await?,
        ClientFrame::Login(_)
        | ClientFrame::Ping {}
        | ClientFrame::Send(_)
        | ClientFrame::Ack { .. }
        | ClientFrame::Sync { .. } => return Err(ErrorCode::Internal.into()),
    }
    Ok(Answer::Done)
}
