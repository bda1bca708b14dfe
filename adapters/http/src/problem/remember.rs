//! Why nothing was stored, as callers see it.

use application::use_cases::remember::{Remember, RememberError};

use super::{Problem, ProblemKind};

impl From<RememberError> for Problem {
    fn from(error: RememberError) -> Self {
        match error {
            RememberError::Forbidden(forbidden) => forbidden.into(),
            RememberError::EndsBeforeItBegins { .. } => Self::field("invalid_at", "must be later than valid_at"),
            RememberError::TooLong { field, most, .. } => {
                Self::field(field, format_args!("has more than {most} items"))
            }
            RememberError::TooManyNamespaces { found } => Self::field(
                "memories",
                format_args!("belong to {found} namespaces, at most {} are allowed", Remember::NAMESPACES),
            ),
            RememberError::TooMany { retry_after, .. } => {
                let seconds = (retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0)).max(1);
                let detail = format_args!("{error}; try again in {seconds} s");
                Self::new(ProblemKind::TooManyRequests, detail).retry_after(seconds)
            }
            RememberError::OverQuota(over) => Self::new(ProblemKind::OverQuota, over),
            RememberError::Refused(refusal) => refusal.into(),
            RememberError::Failed(error) => error.into(),
        }
    }
}
