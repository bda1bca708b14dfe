//! The ledger: what was remembered, changed and erased, and who did it. The source of truth.

mod maintenance;
mod noting;
mod paging;
mod reencoding;

use std::future::Future;
use std::sync::Arc;

use domain::encoding::EncoderId;
use domain::link::{Edge, Link, Relation};
use domain::memory::{Importance, Memory, MemoryId, Seq};
use domain::metadata::Metadata;
use domain::tenant::{Label, Namespace, Tenant};
use domain::time::Timestamp;
use thiserror::Error;

use super::error::PortError;
use super::long_term::Entry;
use super::policy::Basis;
use super::teaching::{Lessons, Taught, Teaching};

pub use maintenance::{Maintaining, Maintenance};
pub use noting::Noting;
pub use paging::{Filling, Listed, PAGE_BYTES, Page, Past, PastPage, Version};
pub use reencoding::{Reencoding, Stale};

/// The durable record of one deployment. Suite: `contract::ledger`.
///
/// Every write is one atomic act: memory, version, links, audit row and outbox entry together, or nothing. When it
/// has returned, the act is on disk and visible to the next read, and to the next search where the same adapter
/// serves the long-term memory.
///
/// Obligations: a write refused changes nothing, but for nothing; order is `Seq` and nothing else; a tenant never sees,
/// meets or counts another's; whatever is read came back as it was stored, to the last bit.
pub trait Ledger: Send + Sync {
    /// Stores memories, all or nothing, and answers in their order.
    ///
    /// A memory whose key was given by the caller and is there already with the same content is a duplicate, with
    /// other content [`Refusal::IdTaken`], erased [`Refusal::Erased`]. A memory with an id of ours that equals one
    /// that is there in namespace, origin (its source apart), content and `occurred` is a duplicate of it. An unknown target of `supersedes` or of a link refuses the
    /// whole; a target may be a memory earlier in the same act. What is superseded becomes invalid at the new one's `valid`, unless it ends
    /// earlier already, and gets a
    /// new version. With a key that was used before: the same fingerprint answers what was answered then,
    /// another one is [`Refusal::KeyReused`]. An act that is `full` answers both and duplicates, and is [`Refusal::Full`] where
    /// something in it is new.
    fn remember(&self, act: Remembering) -> impl Future<Output = Result<Written<Vec<Stored>>, LedgerError>> + Send;

    /// Changes one memory and answers it as it is now. The earlier state becomes a version.
    ///
    /// Unknown and foreign ids are [`Refusal::Unknown`]; a version other than `expected` is [`Refusal::Changed`].
    fn change(&self, act: Changing) -> impl Future<Output = Result<Written<Arc<Memory>>, LedgerError>> + Send;

    /// Erases what is selected, with versions, links from and to it, and its words in the outbox. A tombstone
    /// (tenant, id) stays. Nothing selected is no error: the receipt is empty.
    fn erase(&self, act: Erasing) -> impl Future<Output = Result<Written<Erased>, LedgerError>> + Send;

    /// Gives memories other encodings and answers how many have one that they did not have; ids that are not there, and
    /// encodings that are there already, are passed over. No version is made, since nothing that a caller said has changed; each
    /// memory gets a new place, at which it is delivered again. Where the act leaves a namespace without an encoding of
    /// another encoder, its density matrix begins anew: the same adapter is the
    /// [`DensityStore`](super::density::DensityStore), and all memories of the namespace are unmerged again.
    fn reencode(&self, act: Reencoding) -> impl Future<Output = Result<Written<usize>, LedgerError>> + Send;

    /// Memories of all tenants whose encoding is not of this encoder, those without one among them, stored after a
    /// place; in the order of storing, at most `limit`.
    fn stale(
        &self,
        encoder: &EncoderId,
        after: Seq,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Stale>, PortError>> + Send;

    /// The memories with these ids, in their order; what is unknown, erased or foreign is left out.
    fn read(
        &self,
        tenant: &Tenant,
        ids: &[MemoryId],
    ) -> impl Future<Output = Result<Vec<Arc<Memory>>, PortError>> + Send;

    /// A page of memories that satisfy a filter, in the order of their first `Seq`. It ends at [`PAGE_BYTES`], wherever its limit is.
    fn list(&self, tenant: &Tenant, page: Page) -> impl Future<Output = Result<Listed, PortError>> + Send;

    /// A page of the states of a memory, the oldest first, the present one last; empty where the id is unknown. It ends at
    /// [`PAGE_BYTES`], wherever its limit is.
    fn versions(
        &self,
        tenant: &Tenant,
        id: MemoryId,
        page: PastPage,
    ) -> impl Future<Output = Result<Past, PortError>> + Send;

    /// All links that begin or end at one of these memories, each once, sorted.
    fn edges(&self, tenant: &Tenant, ids: &[MemoryId]) -> impl Future<Output = Result<Vec<Edge>, PortError>> + Send;

    /// The tenant's namespaces by name, with the number of memories in each; empty ones are left out.
    fn namespaces(&self, tenant: &Tenant) -> impl Future<Output = Result<Vec<(Namespace, u64)>, PortError>> + Send;

    /// How many bytes the contents of the tenant's memories have, in UTF-8.
    fn content_bytes(&self, tenant: &Tenant) -> impl Future<Output = Result<u64, PortError>> + Send;

    /// Adds a lesson, one version after the last. Lessons hold no content, so that no erasure touches them.
    ///
    /// A recall that has taught already teaches nothing more: the answer is what it taught, until that lesson was taken
    /// back; then it may teach anew. Taking back adds the opposite step. A version that is no lesson learned is
    /// [`Refusal::UnknownLesson`], one taken back before [`Refusal::TakenBack`].
    fn teach(&self, act: Teaching) -> impl Future<Output = Result<Taught, LedgerError>> + Send;

    /// What the tenant's lessons come to.
    fn lessons(&self, tenant: &Tenant) -> impl Future<Output = Result<Lessons, PortError>> + Send;

    /// Whether the deployment, all tenants and replicas, is in maintenance: at most a second old. The ledger itself refuses
    /// nothing for it.
    fn maintenance(&self) -> impl Future<Output = Result<Option<Maintenance>, PortError>> + Send;

    /// Begins or ends maintenance and answers how things stand now. What has begun begins anew, with another reason. Audited
    /// with the tenant whom the act names.
    fn maintain(&self, act: Maintaining) -> impl Future<Output = Result<Option<Maintenance>, PortError>> + Send;

    /// Writes the audit row of an act that is done elsewhere, and its event; nothing else. Twice makes two rows.
    fn note(&self, act: Noting) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// An act that is done.
#[derive(Debug, Clone, PartialEq)]
pub struct Written<T> {
    /// What became of it.
    pub answer: T,
    /// What the long-term memory has to be told, in order; empty where the adapter serves that itself. The ledger knows
    /// it too until it is acknowledged ([`Outbox`](super::outbox::Outbox)), so that nothing is lost with the caller.
    pub deliver: Vec<Entry>,
}

impl<T> Written<T> {
    /// An act of which nothing is left to deliver.
    pub fn whole(answer: T) -> Self {
        Self { answer, deliver: Vec::new() }
    }
}

/// Who does something, on whose behalf and when: becomes the audit row of the act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The authenticated principal.
    pub subject: String,
    /// The action in the policy's words: `memory:write`, …
    pub action: &'static str,
    /// What permitted it; `None`: the service does it by itself.
    pub basis: Option<Basis>,
    /// The request that it came with.
    pub request_id: String,
    /// The trace that the request is part of, as a W3C `traceparent`.
    pub traceparent: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Memories to store, all or nothing.
#[derive(Debug, Clone)]
pub struct Remembering {
    /// Whose they are; equals the tenant of each memory.
    pub tenant: Tenant,
    /// The memories, `version` 1.
    pub memories: Vec<NewMemory>,
    /// The caller's key against storing twice.
    pub key: Option<IdempotencyKey>,
    /// Whether there is no room for them: nothing new may be stored.
    pub full: bool,
    /// Who does it.
    pub note: Note,
}

/// A memory to store.
#[derive(Debug, Clone)]
pub struct NewMemory {
    /// The memory.
    pub memory: Arc<Memory>,
    /// Whether the id is the caller's own (then only the id decides what is a duplicate).
    pub own_id: bool,
}

/// A caller's key against doing the same twice, kept for 24 hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The key as given.
    pub key: Label,
    /// A digest of the request's body.
    pub fingerprint: [u8; 32],
}

/// What became of one memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The memory that holds it now: for a duplicate the first one.
    pub memory: Arc<Memory>,
    /// The place in the ledger where it was stored.
    pub seq: Seq,
    /// Whether it was there already.
    pub duplicate: bool,
    /// Whether the whole answer is that of an earlier request with the same key.
    pub replayed: bool,
}

/// A change of one memory.
#[derive(Debug, Clone)]
pub struct Changing {
    /// Whose it is.
    pub tenant: Tenant,
    /// Which one.
    pub id: MemoryId,
    /// The version that the caller has seen, if it matters.
    pub expected: Option<u32>,
    /// What becomes of it.
    pub change: Change,
    /// Who does it.
    pub note: Note,
}

/// What can become of a memory; its content never changes.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Other data beside the content.
    Amend(Amendment),
    /// A link more; one that is there already changes nothing and succeeds. One beyond [`Memory::LINKS`] is
    /// [`Refusal::TooManyLinks`].
    Link(Link),
    /// A link less, or all links to `to`; none that matches is [`Refusal::UnknownLink`].
    Unlink {
        /// The far end.
        to: MemoryId,
        /// Which relation; `None`: whichever.
        relation: Option<Relation>,
    },
}

/// Other data beside the content; `None` leaves a field as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Amendment {
    /// The caller's own data, whole.
    pub metadata: Option<Metadata>,
    /// How much it matters.
    pub importance: Option<Importance>,
    /// The caller's tags, whole.
    pub tags: Option<Vec<Label>>,
    /// From when on it holds.
    pub valid: Option<Timestamp>,
    /// From when on it no longer holds; `Some(None)`: it holds again.
    pub invalid: Option<Option<Timestamp>>,
}

/// Memories to erase.
#[derive(Debug, Clone)]
pub struct Erasing {
    /// Whose they are.
    pub tenant: Tenant,
    /// Which ones.
    pub selection: Selection,
    /// Who does it.
    pub note: Note,
}

/// Which memories an erasure means.
#[derive(Debug, Clone, PartialEq)]
pub enum Selection {
    /// One memory.
    Id(MemoryId),
    /// All of one data subject, conversation or agent; at least one of them is given, all that are given must fit.
    Subject {
        /// The user.
        user: Option<Label>,
        /// The agent.
        agent: Option<Label>,
        /// The conversation.
        session: Option<Label>,
        /// Only within this namespace.
        namespace: Option<Namespace>,
    },
    /// A whole namespace; its density matrix and snapshots go with it.
    Namespace(Namespace),
    /// Whatever has expired by then; an act may take a part of it and leave the rest to the next.
    ExpiredBy(Timestamp),
    /// Memories whose erasure a restored ledger may not know of: those that are there are erased, and no id can be used
    /// again, whether there was such a memory or not.
    Buried(Vec<MemoryId>),
}

/// What an erasure reached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Erased {
    /// The memories erased, each with its namespace and session.
    pub memories: Vec<ErasedMemory>,
    /// The first place of the act in the ledger; zero where nothing was erased.
    pub seq: Seq,
}

/// A memory that is no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasedMemory {
    /// Its name.
    pub id: MemoryId,
    /// Where it was.
    pub namespace: Namespace,
}

/// Why the ledger would not do it. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// No memory of that id is the tenant's.
    #[error("no memory {0}")]
    Unknown(MemoryId),
    /// The id belongs to a memory with other content.
    #[error("the id {0} belongs to a memory with other content")]
    IdTaken(MemoryId),
    /// A memory of that id was erased.
    #[error("the memory {0} was erased; its id cannot be used again")]
    Erased(MemoryId),
    /// `supersedes` names no memory of the tenant.
    #[error("supersedes names no memory: {0}")]
    UnknownSuperseded(MemoryId),
    /// A link points at no memory of the tenant.
    #[error("a link points at no memory: {0}")]
    UnknownTarget(MemoryId),
    /// The memory has as many links as a memory may have.
    #[error("the memory {0} has {limit} links already, which is the most", limit = Memory::LINKS)]
    TooManyLinks(MemoryId),
    /// There is no such link to take away.
    #[error("there is no such link to {0}")]
    UnknownLink(MemoryId),
    /// The memory is not in the version that the caller expects.
    #[error("the memory {id} is in version {version}")]
    Changed {
        /// Which memory.
        id: MemoryId,
        /// Its version now.
        version: u32,
    },
    /// The key was used with another body.
    #[error("the idempotency key was used with another body")]
    KeyReused,
    /// The tenant has no room for what is new.
    #[error("the tenant has no room for more memories")]
    Full,
    /// No feedback of that version was given.
    #[error("no feedback has version {0}")]
    UnknownLesson(u32),
    /// The feedback of that version counts no more already.
    #[error("the feedback of version {0} was taken back before")]
    TakenBack(u32),
}

/// A write that did not happen.
#[derive(Debug, Error)]
pub enum LedgerError {
    /// The ledger would not: the caller must ask for something else.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The ledger could not.
    #[error(transparent)]
    Port(#[from] PortError),
}
