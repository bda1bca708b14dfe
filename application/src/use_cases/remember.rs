//! Remember: policy → encode → novelty → ledger (one act) → long-term memory → working memory → density → answer.
//!
//! The ledger's act decides. Before it nothing has happened; after it the memory is stored, whatever follows: working
//! memory that cannot be reached makes the answer `degraded`, a long-term memory that cannot be told makes it `queued`
//! (the outbox holds it, and recall reads it from there), and a fold that is lost with the process is folded
//! again from the ledger.

mod draft;
mod permission;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use domain::encoding::Encoding;
use domain::memory::{Memory, MemoryId, Source, Times};
use domain::metadata::{Metadata, Value};
use domain::secrets::{SecretKind, in_metadata, in_text};
use domain::tenant::{Label, Namespace};
use domain::time::Timestamp;
use domain::working::salience;
use thiserror::Error;

use crate::brain::{Blame, Brain};
use crate::call::Call;
use crate::gate::Forbidden;
use crate::ports::Ports;
use crate::ports::admission::{Asked, Verdict};
use crate::ports::density::DensityStore;
use crate::ports::encoder::Encoder;
use crate::ports::error::PortError;
use crate::ports::ledger::{IdempotencyKey, Ledger, LedgerError, NewMemory, Refusal, Remembering, Stored, Written};
use crate::ports::metrics::{Outcome, Stage};
use crate::ports::policy::Action;
use crate::ports::system::System;
use crate::ports::working::{Admitted, WorkingMemory};
use crate::quotas::{NoRoom, OverQuota};
use crate::use_cases::sessions::session_or_active;

pub use draft::Draft;

/// Memories to store, all or nothing.
#[derive(Debug, Clone)]
pub struct Remember {
    /// 1 to 1,000 memories.
    pub memories: Vec<Draft>,
    /// The caller's key against storing twice.
    pub key: Option<IdempotencyKey>,
}

impl Remember {
    /// Most namespaces that the memories of one act belong to: each has a density matrix.
    pub const NAMESPACES: usize = 64;

    /// Checks what has a limit.
    fn check(&self) -> Result<(), RememberError> {
        let namespaces: BTreeSet<&Namespace> = self.memories.iter().map(|draft| &draft.namespace).collect();
        if namespaces.len() > Self::NAMESPACES {
            return Err(RememberError::TooManyNamespaces { found: namespaces.len() });
        }
        let too_long = |(index, draft): (usize, &Draft)| {
            draft.too_long().map(|(field, most)| RememberError::TooLong { index, field, most })
        };
        self.memories.iter().enumerate().find_map(too_long).map_or(Ok(()), Err)
    }
}

/// What became of them, in their order.
#[derive(Debug, Clone)]
pub struct Remembered {
    /// One answer for each memory.
    pub memories: Vec<RememberedMemory>,
    /// Whether something beside the ledger could not be reached.
    pub degraded: bool,
    /// Whether the long-term memory has yet to be told; the memories are on disk and are recalled all the same.
    pub queued: bool,
}

/// What became of one memory.
#[derive(Debug, Clone)]
pub struct RememberedMemory {
    /// The memory that holds it: for a duplicate the first one.
    pub memory: Arc<Memory>,
    /// What working memory did with it.
    pub working: Admitted,
    /// Whether it was there already.
    pub duplicate: bool,
    /// What in it looks like a secret.
    pub secrets: Vec<SecretKind>,
}

/// Why nothing was stored.
#[derive(Debug, Error)]
pub enum RememberError {
    /// Not permitted.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A memory would end before it begins.
    #[error("memory {index}: invalid_at must be later than valid_at")]
    EndsBeforeItBegins {
        /// Which of the memories, from 0.
        index: usize,
    },
    /// A list of a memory has more items than it may have.
    #[error("memory {index}: {field} has more than {most} items")]
    TooLong {
        /// Which of the memories, from 0.
        index: usize,
        /// Which list.
        field: &'static str,
        /// How many it may have.
        most: usize,
    },
    /// The memories belong to more namespaces than one act may touch.
    #[error("the memories belong to {found} namespaces, at most {} are allowed", Remember::NAMESPACES)]
    TooManyNamespaces {
        /// How many.
        found: usize,
    },
    /// More memories of a source than its rate allows.
    #[error("over the rate of memories that come in as source {}", from.as_str())]
    TooMany {
        /// Which.
        from: Source,
        /// In how long they may come.
        retry_after: Duration,
    },
    /// The tenant has no room for them.
    #[error(transparent)]
    OverQuota(#[from] OverQuota),
    /// The ledger would not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Something could not be reached or failed.
    #[error(transparent)]
    Failed(#[from] PortError),
}

impl From<LedgerError> for RememberError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Refused(refusal) => Self::Refused(refusal),
            LedgerError::Port(error) => Self::Failed(error),
        }
    }
}

impl Blame for RememberError {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Forbidden(forbidden) => forbidden.outcome(),
            Self::Failed(_) => Outcome::Error,
            Self::EndsBeforeItBegins { .. }
            | Self::TooLong { .. }
            | Self::TooManyNamespaces { .. }
            | Self::TooMany { .. }
            | Self::OverQuota(_)
            | Self::Refused(_) => Outcome::Refused,
        }
    }
}

pub(crate) async fn execute<P: Ports>(
    brain: &Brain<P>,
    call: &Call,
    command: Remember,
) -> Result<Remembered, RememberError> {
    command.check()?;
    let ports = &*brain.ports;
    let secrets: Vec<Vec<SecretKind>> = command.memories.iter().map(secrets_in).collect();
    let basis = brain.timed(Stage::Policy, permission::of(ports, call, &command.memories, &secrets)).await?;
    brain.flag(call, &each_kind(&secrets));
    in_time(brain, call, &command.memories).await?;
    let over = over_quota(brain, call, &command.memories).await?;
    let texts: Vec<&str> = command.memories.iter().map(|draft| draft.content.as_str()).collect();
    let encodings = match over {
        None => brain.timed(Stage::Encode, ports.encoder().encode(&texts)).await?,
        Some(_) => vec![None; texts.len()],
    };
    let now = ports.system().now();
    let mut memories = Vec::with_capacity(command.memories.len());
    for (index, (draft, encoding)) in command.memories.into_iter().zip(encodings).enumerate() {
        memories.push(conceive(ports, call, draft, encoding, now, index).await?);
    }
    let act = Remembering {
        tenant: call.caller.tenant.clone(),
        memories,
        key: command.key,
        full: over.is_some(),
        note: brain.note(call, Action::Remember, basis),
    };
    let written = brain.timed(Stage::Ledger, ports.ledger().remember(act)).await;
    let Written { answer: stored, deliver } = written.map_err(|error| refused(error, over))?;
    brain.holds(&call.caller.tenant, &stored);
    brain.folds.observe(&call.caller.tenant, stored.iter().filter(|one| !one.duplicate && !one.replayed));
    let queued = brain.deliver(&call.caller.tenant, &deliver).await.is_none();
    let attended = brain.timed(Stage::Working, attend(ports, call, stored, now)).await;
    let mut remembered = Remembered { queued, ..attended };
    for (one, secrets) in remembered.memories.iter_mut().zip(secrets) {
        one.secrets = secrets;
    }
    Ok(remembered)
}

/// Asks the rate of each source; a limit that cannot be asked stops nobody.
async fn in_time<P: Ports>(brain: &Brain<P>, call: &Call, drafts: &[Draft]) -> Result<(), RememberError> {
    for source in Source::ALL {
        let count = drafts.iter().filter(|draft| draft.origin.source == source).count();
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        if count == 0 {
            continue;
        }
        match brain.admit(&call.caller.tenant, Asked::Memories { source, count }).await {
            Ok(Verdict::Refused { retry_after, .. }) => {
                return Err(RememberError::TooMany { from: source, retry_after });
            }
            Ok(Verdict::Unlimited | Verdict::Admitted { .. }) => {}
            Err(error) => {
                tracing::warn!(request_id = %call.request_id, error = %error, "the rate limit could not be asked");
            }
        }
    }
    Ok(())
}

/// The quota that these would go beyond if they are new, which the ledger knows: what only repeats is answered as before.
async fn over_quota<P: Ports>(brain: &Brain<P>, call: &Call, drafts: &[Draft]) -> Result<Option<OverQuota>, PortError> {
    match brain.has_room_for(&call.caller.tenant, drafts).await {
        Ok(()) => Ok(None),
        Err(NoRoom::OverQuota(over)) => Ok(Some(over)),
        Err(NoRoom::Unknown(error)) => Err(error),
    }
}

fn refused(error: LedgerError, over: Option<OverQuota>) -> RememberError {
    match (error, over) {
        (LedgerError::Refused(Refusal::Full), Some(over)) => over.into(),
        (error, _) => error.into(),
    }
}

/// What looks like a secret in a draft.
fn secrets_in(draft: &Draft) -> Vec<SecretKind> {
    let procedure = draft.procedure.iter().flat_map(|how| how.preconditions.iter().chain(&how.effects));
    let texts = std::iter::once(&draft.content).chain(procedure);
    let mut found: BTreeSet<SecretKind> = texts.flat_map(|text| in_text(text.as_str())).collect();
    found.extend(in_metadata(&draft.metadata));
    found.into_iter().collect()
}

/// Every kind once.
fn each_kind(secrets: &[Vec<SecretKind>]) -> Vec<SecretKind> {
    let each: BTreeSet<SecretKind> = secrets.iter().flatten().copied().collect();
    each.into_iter().collect()
}

/// Makes a memory of a draft: id, times, novelty, salience.
async fn conceive<P: Ports>(
    ports: &P,
    call: &Call,
    draft: Draft,
    encoding: Option<Encoding>,
    now: Timestamp,
    index: usize,
) -> Result<NewMemory, RememberError> {
    let valid = draft.valid.or(draft.occurred).unwrap_or(now);
    if draft.invalid.is_some_and(|end| end <= valid) {
        return Err(RememberError::EndsBeforeItBegins { index });
    }
    let novelty = novelty(ports, call, &draft.namespace, encoding.as_ref()).await?;
    let expires = draft.ttl.map(|ttl| now.plus_seconds(i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX)));
    let mut origin = draft.origin;
    if origin.speaker.is_none() {
        origin.speaker = speaker_in(&draft.metadata);
    }
    let memory = Memory {
        tenant: call.caller.tenant.clone(),
        id: draft.id.unwrap_or_else(|| MemoryId(ports.system().new_id())),
        namespace: draft.namespace,
        content: draft.content,
        kind: draft.kind,
        importance: draft.importance,
        origin,
        tags: draft.tags,
        metadata: draft.metadata,
        times: Times { occurred: draft.occurred, created: now, valid, invalid: draft.invalid, expires },
        supersedes: draft.supersedes,
        links: draft.links,
        procedure: draft.procedure,
        encoding,
        novelty,
        salience: salience::salience(draft.importance, novelty, 1.0),
        version: 1,
    };
    Ok(NewMemory { memory: Arc::new(memory), own_id: draft.id.is_some() })
}

/// How new a text is to its namespace: 1 where there is nothing to compare with.
async fn novelty<P: Ports>(
    ports: &P,
    call: &Call,
    namespace: &Namespace,
    encoding: Option<&Encoding>,
) -> Result<f64, PortError> {
    let Some(encoding) = encoding else { return Ok(1.0) };
    let matrix = ports.density().matrix(&call.caller.tenant, namespace).await?;
    Ok(matrix.novelty(&encoding.vector()))
}

fn speaker_in(metadata: &Metadata) -> Option<Label> {
    match metadata.get("speaker") {
        Some(Value::Text(name)) => Label::try_new(name).ok(),
        _ => None,
    }
}

/// Offers what is new to the sessions' working memory.
async fn attend<P: Ports>(ports: &P, call: &Call, stored: Vec<Stored>, now: Timestamp) -> Remembered {
    let mut degraded = false;
    let mut memories = Vec::with_capacity(stored.len());
    for one in stored {
        let mut working = Admitted::default();
        if !one.duplicate && !one.replayed {
            let session = session_or_active(one.memory.origin.session.as_ref());
            let offered = std::slice::from_ref(&one.memory);
            match ports.working().admit(&call.caller.tenant, &session, offered, now).await {
                Ok(mut admitted) => working = admitted.pop().unwrap_or_default(),
                Err(error) => {
                    tracing::warn!(request_id = %call.request_id, error = %error, "working memory could not admit");
                    degraded = true;
                }
            }
        }
        let (memory, duplicate) = (one.memory, one.duplicate);
        memories.push(RememberedMemory { memory, working, duplicate, secrets: Vec::new() });
    }
    Remembered { memories, degraded, queued: false }
}
