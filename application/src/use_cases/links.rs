//! Links: saying how two memories belong together, and taking it back.

use domain::link::{Link, Relation};
use domain::memory::MemoryId;

use crate::brain::Brain;
use crate::call::Call;
use crate::ports::Ports;
use crate::ports::ledger::Change;
use crate::use_cases::change::{ChangeError, Changed, apply};

/// A link more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddLink {
    /// The memory that is to hold it.
    pub from: MemoryId,
    /// The far end and the relation.
    pub link: Link,
}

/// A link less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DropLink {
    /// The memory that holds it.
    pub from: MemoryId,
    /// The far end.
    pub to: MemoryId,
    /// Which relation; `None`: whichever.
    pub relation: Option<Relation>,
}

pub(crate) async fn add<P: Ports>(brain: &Brain<P>, call: &Call, command: AddLink) -> Result<Changed, ChangeError> {
    apply(brain, call, command.from, None, Change::Link(command.link)).await
}

pub(crate) async fn drop<P: Ports>(brain: &Brain<P>, call: &Call, command: DropLink) -> Result<Changed, ChangeError> {
    apply(brain, call, command.from, None, Change::Unlink { to: command.to, relation: command.relation }).await
}
