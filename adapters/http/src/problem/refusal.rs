//! What the ledger refuses, as callers see it.

use application::ports::ledger::Refusal;

use super::{Problem, ProblemKind};

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        use ProblemKind::{Conflict, NotFound};
        match &refusal {
            Refusal::Unknown(_) | Refusal::UnknownLink(_) | Refusal::UnknownLesson(_) => Self::new(NotFound, refusal),
            Refusal::IdTaken(_) | Refusal::Erased(_) | Refusal::TakenBack(_) => Self::new(Conflict, refusal),
            Refusal::UnknownSuperseded(id) => Self::field("supersedes", format_args!("names no memory: {id}")),
            Refusal::UnknownTarget(id) => Self::field("links", format_args!("point at no memory: {id}")),
            Refusal::TooManyLinks(_) => Self::new(Conflict, refusal),
            Refusal::Changed { .. } => Self::new(ProblemKind::Changed, refusal),
            Refusal::Full => Self::new(ProblemKind::OverQuota, refusal),
            Refusal::KeyReused => Self::field("Idempotency-Key", "was used with another body"),
        }
    }
}
