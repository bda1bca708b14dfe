//! What the ledger keeps of feedback: lessons, one a version, that together move a tenant's weights.

use domain::recall::term::PerTerm;
use domain::tenant::Tenant;
use uuid::Uuid;

use super::ledger::Note;

/// A lesson to learn or to take back.
#[derive(Debug, Clone, PartialEq)]
pub struct Teaching {
    /// Whose weights it moves.
    pub tenant: Tenant,
    /// What is taught.
    pub lesson: Lesson,
    /// Who does it.
    pub note: Note,
}

/// What is taught.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Lesson {
    /// Feedback on a recall moves the weights so far.
    Learn {
        /// The recall; it teaches once, until that is taken back.
        recall: Uuid,
        /// How far each weight moves.
        step: PerTerm,
    },
    /// The lesson of this version counts no more.
    TakeBack(u32),
}

/// What all lessons of a tenant come to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Lessons {
    /// The version of the last lesson; 0 before the first.
    pub version: u32,
    /// The sum of all steps, those taken back and their opposites among them.
    pub sum: PerTerm,
}

/// A lesson as it stands in the ledger.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Taught {
    /// Its version: 1, 2, 3, … in the tenant.
    pub version: u32,
    /// The recall that it goes back to.
    pub recall: Uuid,
    /// The sum of all steps before it.
    pub before: PerTerm,
    /// The sum of all steps with it.
    pub after: PerTerm,
}
