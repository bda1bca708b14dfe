//! Feedback: policy → trace of the recall → step of the weights → ledger (one act) → answer.
//!
//! A recall leaves its memories' ids and signals in working memory for an hour; what is lost there costs only the feedback.
//! The step is reckoned from the lessons as the ledger has them now. Two at once are each bounded, and so is their sum.

use std::collections::HashSet;

use domain::memory::MemoryId;
use domain::recall::feedback::{Judged, Verdict, step, taught};
use domain::recall::term::Term;
use thiserror::Error;
use uuid::Uuid;

use crate::brain::{Blame, Brain};
use crate::call::Call;
use crate::gate::{Forbidden, permit};
use crate::ports::Ports;
use crate::ports::error::PortError;
use crate::ports::ledger::{Ledger, LedgerError, Refusal};
use crate::ports::metrics::{Measurement, Metrics, Outcome};
use crate::ports::policy::{Action, Basis, Resource};
use crate::ports::system::System;
use crate::ports::teaching::{Lesson, Lessons, Taught, Teaching};
use crate::ports::working::{Trace, WorkingMemory};
use crate::use_cases::recall::RecalledMemory;

/// What a caller says of a recall's memories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// The recall.
    pub recall: Uuid,
    /// Its memories that helped.
    pub useful: Vec<MemoryId>,
    /// Its memories that did not.
    pub useless: Vec<MemoryId>,
}

/// What was learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    /// The recall that it goes back to.
    pub recall: Uuid,
    /// The lesson's number in the tenant, by which it can be taken back.
    pub version: u32,
    /// The weights that moved.
    pub moved: Vec<Moved>,
}

/// A weight that moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moved {
    /// The term.
    pub term: Term,
    /// What it counted before.
    pub from: f32,
    /// What it counts now.
    pub to: f32,
}

/// Why nothing was learned.
#[derive(Debug, Error)]
pub enum FeedbackError {
    /// Not permitted.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Nothing is said of any memory.
    #[error("no memory is named")]
    Nothing,
    /// A memory is called useful and useless.
    #[error("{0} is useful and useless")]
    Both(MemoryId),
    /// The recall is too long ago, or never was.
    #[error("recall {0} is not known (any more): feedback is taken for an hour")]
    UnknownRecall(Uuid),
    /// A memory is not one that the recall answered.
    #[error("{id} is not among the memories of the recall")]
    NotRecalled {
        /// What is said of it.
        verdict: Verdict,
        /// Which one.
        id: MemoryId,
    },
    /// The ledger would not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Working memory or the ledger could not.
    #[error(transparent)]
    Failed(#[from] PortError),
}

impl From<LedgerError> for FeedbackError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Refused(refusal) => Self::Refused(refusal),
            LedgerError::Port(error) => Self::Failed(error),
        }
    }
}

impl Blame for FeedbackError {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Forbidden(forbidden) => forbidden.outcome(),
            Self::Failed(_) => Outcome::Error,
            Self::Nothing | Self::Both(_) | Self::UnknownRecall(_) | Self::NotRecalled { .. } | Self::Refused(_) => {
                Outcome::Refused
            }
        }
    }
}

/// Learns from what is said of a recall.
pub(crate) async fn give<P: Ports>(
    brain: &Brain<P>,
    call: &Call,
    feedback: Feedback,
) -> Result<Learned, FeedbackError> {
    let (ports, tenant, recall) = (&*brain.ports, &call.caller.tenant, feedback.recall);
    let resource = recall.to_string();
    let basis = permit(ports, call, Action::Feedback, Resource::named(call, "feedback", &resource)).await?;
    let said = Said::try_new(&feedback)?;
    let trace = ports.working().recall_trace(tenant, recall, ports.system().now()).await?;
    let ranked = said.of(&trace.ok_or(FeedbackError::UnknownRecall(recall))?)?;
    let lessons = ports.ledger().lessons(tenant).await?;
    let step = step(&brain.settings.weights, &lessons.sum, &ranked);
    let learned = teach(brain, call, Lesson::Learn { recall, step }, basis).await?;
    let (useful, useless) = (said.useful.len() as u64, said.useless.len() as u64);
    ports.metrics().record(Measurement::Feedback { useful, useless });
    Ok(learned)
}

/// Takes back what was learned by a lesson.
pub(crate) async fn take_back<P: Ports>(brain: &Brain<P>, call: &Call, version: u32) -> Result<Learned, FeedbackError> {
    let resource = version.to_string();
    let basis = permit(&*brain.ports, call, Action::Feedback, Resource::named(call, "feedback", &resource)).await?;
    teach(brain, call, Lesson::TakeBack(version), basis).await
}

async fn teach<P: Ports>(
    brain: &Brain<P>,
    call: &Call,
    lesson: Lesson,
    basis: Basis,
) -> Result<Learned, FeedbackError> {
    let tenant = &call.caller.tenant;
    let note = brain.note(call, Action::Feedback, basis);
    let done = brain.ports.ledger().teach(Teaching { tenant: tenant.clone(), lesson, note }).await?;
    let Taught { version, recall, before, after } = done;
    brain.lessons.learn(tenant, Lessons { version, sum: after });
    let (was, is) = (taught(&brain.settings.weights, &before), taught(&brain.settings.weights, &after));
    let moved = Term::ALL.into_iter().map(|term| Moved { term, from: was.get(term), to: is.get(term) });
    let moved: Vec<Moved> = moved.filter(|moved| moved.from != moved.to).collect();
    tracing::info!(
        request_id = %call.request_id,
        tenant = %tenant,
        recall_id = %recall,
        version,
        moved = moved.len(),
        "weights taught by feedback"
    );
    Ok(Learned { recall, version, moved })
}

/// Keeps what a recall answered, in case feedback comes.
pub(crate) async fn keep_trace<P: Ports>(brain: &Brain<P>, call: &Call, recall: Uuid, answer: &[RecalledMemory]) {
    if answer.is_empty() {
        return;
    }
    let memories = answer.iter().map(|one| (one.memory.id, one.signals)).collect();
    let (trace, now) = (Trace { recall, memories }, brain.ports.system().now());
    if let Err(error) = brain.ports.working().note_recall(&call.caller.tenant, trace, now).await {
        tracing::debug!(request_id = %call.request_id, error = %error, "no feedback can be given on this recall");
    }
}

/// What is said of memories, each named once.
struct Said {
    useful: HashSet<MemoryId>,
    useless: HashSet<MemoryId>,
}

impl Said {
    fn try_new(feedback: &Feedback) -> Result<Self, FeedbackError> {
        let useful: HashSet<MemoryId> = feedback.useful.iter().copied().collect();
        let useless: HashSet<MemoryId> = feedback.useless.iter().copied().collect();
        if useful.is_empty() && useless.is_empty() {
            return Err(FeedbackError::Nothing);
        }
        let both = feedback.useless.iter().find(|id| useful.contains(id));
        both.map_or(Ok(Self { useful, useless }), |id| Err(FeedbackError::Both(*id)))
    }

    /// The recall's memories, with what is said of each.
    fn of(&self, trace: &Trace) -> Result<Vec<Judged>, FeedbackError> {
        let recalled: HashSet<MemoryId> = trace.memories.iter().map(|(id, _)| *id).collect();
        for (said, verdict) in [(&self.useful, Verdict::Useful), (&self.useless, Verdict::Useless)] {
            if let Some(id) = said.difference(&recalled).min() {
                return Err(FeedbackError::NotRecalled { verdict, id: *id });
            }
        }
        let verdict = |id| {
            let useful = self.useful.contains(id).then_some(Verdict::Useful);
            useful.or_else(|| self.useless.contains(id).then_some(Verdict::Useless))
        };
        Ok(trace.memories.iter().map(|(id, signals)| Judged { signals: *signals, verdict: verdict(id) }).collect())
    }
}
