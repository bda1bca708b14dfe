//! The one thread that writes: whatever waits goes to disk in one transaction, with one sync, and is answered then.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};

use application::ports::archiving::Archiving;
use application::ports::density::{Renewed, Resetting, Restoring};
use application::ports::ledger::{
    Changing, Erased, Erasing, Maintaining, Maintenance, Noting, Reencoding, Remembering, Stored,
};
use application::ports::teaching::{Taught, Teaching};
use domain::density::fold::Fold;
use domain::memory::{Memory, Seq};
use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::acts::apply::Applying;
use crate::desk::Desk;
use crate::error::{ActError, Error};

/// What the writer can be asked, each with where to answer.
pub(crate) enum Command {
    Remember(Remembering, Answer<Vec<Stored>>),
    Change(Changing, Answer<Arc<Memory>>),
    Erase(Erasing, Answer<Erased>),
    Teach(Teaching, Answer<Taught>),
    Maintain(Maintaining, Answer<Option<Maintenance>>),
    Note(Noting, Answer<()>),
    Reencode(Reencoding, Answer<usize>),
    Merge(Merging, Answer<()>),
    Mend((Tenant, Namespace), Answer<()>),
    Reset(Resetting, Answer<Renewed>),
    Restore(Restoring, Answer<Option<Renewed>>),
    Apply(Applying, Answer<()>),
    Publish(Publishing, Answer<()>),
    Archive(Archiving, Answer<bool>),
    Reindex(Answer<()>),
    Empty(Answer<()>),
    Compact(Answer<()>),
    CompactIfDue(Timestamp, Answer<bool>),
    Probe(Answer<()>),
}

/// A fold to merge into the matrix of a namespace.
pub(crate) struct Merging {
    pub(crate) tenant: Tenant,
    pub(crate) namespace: Namespace,
    pub(crate) fold: Fold,
    pub(crate) places: Vec<Seq>,
    pub(crate) at: Timestamp,
}

/// How far the stream has been told of a tenant's chain.
pub(crate) struct Publishing {
    pub(crate) tenant: Tenant,
    pub(crate) number: u64,
}

/// Where to answer a command.
pub(crate) type Answer<T> = oneshot::Sender<Result<T, ActError>>;

/// A handle on the thread; dropping it ends the thread after what waits, with the log moved into the database.
pub(crate) struct Writer {
    sender: Option<Sender<(Command, OwnedSemaphorePermit)>>,
    thread: Option<JoinHandle<()>>,
    room: Arc<Semaphore>,
}

/// Most commands waiting; further callers wait without holding a thread.
const WAITING: usize = 4096;
/// Most commands in one transaction.
const GROUP: usize = 512;

impl Writer {
    /// Starts the thread at `desk`.
    pub(crate) fn start(desk: Desk) -> Result<Self, Error> {
        let (sender, receiver) = mpsc::channel();
        let thread = thread::Builder::new().name("sqlite-writer".into()).spawn(move || run(desk, &receiver))?;
        Ok(Self { sender: Some(sender), thread: Some(thread), room: Arc::new(Semaphore::new(WAITING)) })
    }

    /// Hands a command to the thread and waits for what becomes of it.
    pub(crate) async fn ask<T>(&self, command: impl FnOnce(Answer<T>) -> Command) -> Result<T, ActError> {
        let (answer, answered) = oneshot::channel();
        let permit = self.room.clone().acquire_owned().await.map_err(|_| Error::Ended)?;
        let sender = self.sender.as_ref().ok_or(Error::Ended)?;
        sender.send((command(answer), permit)).map_err(|_| Error::Ended)?;
        answered.await.map_err(|_| Error::Ended)?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.sender.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writer ended in a panic");
        }
    }
}

fn run(mut desk: Desk, receiver: &Receiver<(Command, OwnedSemaphorePermit)>) {
    loop {
        let (first, permit) = match receiver.recv_timeout(desk.idle.wait()) {
            Ok(command) => command,
            Err(RecvTimeoutError::Timeout) => {
                desk.rest();
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        };
        let mut permits = vec![permit];
        let mut waiting = vec![first];
        while let Ok((command, permit)) = receiver.try_recv() {
            waiting.push(command);
            permits.push(permit);
            if waiting.len() == GROUP {
                break;
            }
        }
        let worked = catch_unwind(AssertUnwindSafe(|| work(&mut desk, waiting)));
        // The callers of a group that panicked have lost their answers and know that it ended.
        if worked.is_err() && !desk.recover() {
            return;
        }
        desk.rest_if_due();
    }
    desk.close();
}

/// Does the commands in order. An erasure and new encodings look at what is in memory, so they begin when all before
/// them is there.
fn work(desk: &mut Desk, waiting: Vec<Command>) {
    let mut group = Vec::new();
    for command in waiting {
        match command {
            Command::Apply(ref act, _) if act.erases() => alone(desk, &mut group, command),
            Command::Erase(..) | Command::Reencode(..) => alone(desk, &mut group, command),
            Command::Remember(..)
            | Command::Change(..)
            | Command::Teach(..)
            | Command::Maintain(..)
            | Command::Note(..)
            | Command::Merge(..)
            | Command::Reset(..)
            | Command::Restore(..)
            | Command::Apply(..)
            | Command::Publish(..)
            | Command::Archive(..) => group.push(command),
            Command::Reindex(answer) => {
                commit(desk, mem::take(&mut group));
                send(answer, desk.reload().map_err(ActError::from));
            }
            Command::Mend(place, answer) => {
                commit(desk, mem::take(&mut group));
                desk.mend(&[place]);
                send(answer, Ok(()));
            }
            Command::Empty(answer) => {
                commit(desk, mem::take(&mut group));
                send(answer, desk.empty().map_err(ActError::from));
            }
            Command::Compact(answer) => {
                commit(desk, mem::take(&mut group));
                send(answer, desk.compact().map_err(ActError::from));
            }
            Command::CompactIfDue(now, answer) => {
                commit(desk, mem::take(&mut group));
                send(answer, desk.compact_if_due(now).map_err(ActError::from));
            }
            Command::Probe(answer) => send(answer, Ok(())),
        }
    }
    commit(desk, group);
}

/// What waits, then one act as a group of its own.
fn alone(desk: &mut Desk, group: &mut Vec<Command>, command: Command) {
    commit(desk, mem::take(group));
    commit(desk, vec![command]);
}

/// A group in one transaction: every act for itself in a savepoint, one commit, then the effects, then the answers.
fn commit(desk: &mut Desk, group: Vec<Command>) {
    if group.is_empty() {
        return;
    }
    if let Err(error) = desk.begin() {
        group.into_iter().for_each(|command| refuse(command, &error));
        return;
    }
    let replies: Vec<Reply> = group.into_iter().map(|command| act(desk, command)).collect();
    let failed = desk.commit().err();
    replies.into_iter().for_each(|reply| reply(failed.as_ref()));
}

/// Answers an act once it is known whether its group is on disk; with the error, if it is not.
type Reply = Box<dyn FnOnce(Option<&Error>)>;

fn act(desk: &mut Desk, command: Command) -> Reply {
    match command {
        Command::Remember(act, answer) => reply(answer, desk.act(|desk| desk.remember(&act))),
        Command::Change(act, answer) => reply(answer, desk.act(|desk| desk.change(&act))),
        Command::Erase(act, answer) => reply(answer, desk.act(|desk| desk.erase(&act))),
        Command::Teach(act, answer) => reply(answer, desk.act(|desk| desk.teach(&act))),
        Command::Maintain(act, answer) => reply(answer, desk.act(|desk| desk.maintain(&act))),
        Command::Note(act, answer) => reply(answer, desk.act(|desk| desk.note(&act))),
        Command::Reencode(act, answer) => reply(answer, desk.act(|desk| desk.reencode(&act))),
        Command::Merge(act, answer) => reply(answer, desk.act(|desk| desk.merge(&act))),
        Command::Reset(act, answer) => reply(answer, desk.act(|desk| desk.reset(&act))),
        Command::Restore(act, answer) => reply(answer, desk.act(|desk| desk.restore(&act))),
        Command::Apply(act, answer) => reply(answer, desk.act(|desk| desk.apply(&act))),
        Command::Publish(act, answer) => reply(answer, desk.act(|desk| desk.publish(&act))),
        Command::Archive(act, answer) => reply(answer, desk.act(|desk| desk.archive(&act))),
        Command::CompactIfDue(_, answer) => reply(answer, Ok(false)),
        Command::Reindex(answer)
        | Command::Empty(answer)
        | Command::Compact(answer)
        | Command::Mend(_, answer)
        | Command::Probe(answer) => reply(answer, Ok(())),
    }
}

fn reply<T: 'static>(answer: Answer<T>, result: Result<T, ActError>) -> Reply {
    Box::new(move |failed| send(answer, failed.map_or(result, |error| Err(ActError::Failed(error.clone())))))
}

fn refuse(command: Command, error: &Error) {
    let failed = || ActError::Failed(error.clone());
    match command {
        Command::Remember(_, answer) => send(answer, Err(failed())),
        Command::Change(_, answer) => send(answer, Err(failed())),
        Command::Erase(_, answer) => send(answer, Err(failed())),
        Command::Teach(_, answer) => send(answer, Err(failed())),
        Command::Reencode(_, answer) => send(answer, Err(failed())),
        Command::Maintain(_, answer) => send(answer, Err(failed())),
        Command::Note(_, answer) => send(answer, Err(failed())),
        Command::Reset(_, answer) => send(answer, Err(failed())),
        Command::Restore(_, answer) => send(answer, Err(failed())),
        Command::Archive(_, answer) | Command::CompactIfDue(_, answer) => send(answer, Err(failed())),
        Command::Merge(_, answer) | Command::Apply(_, answer) | Command::Publish(_, answer) => {
            send(answer, Err(failed()));
        }
        Command::Mend(_, answer) => send(answer, Err(failed())),
        Command::Reindex(answer) | Command::Empty(answer) | Command::Compact(answer) | Command::Probe(answer) => {
            send(answer, Err(failed()));
        }
    }
}

/// A caller that no longer waits has gone away: nothing is left to tell.
fn send<T>(answer: Answer<T>, result: Result<T, ActError>) {
    answer.send(result).ok();
}
