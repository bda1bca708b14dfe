//! `/recall/feedback`.

use application::brain::Brain;
use application::ports::Ports;
use application::use_cases::feedback::{Feedback, FeedbackError, Learned, Moved};
use domain::memory::MemoryId;
use domain::recall::feedback::Verdict;
use poem_openapi::param::Path;
use poem_openapi::{ApiResponse, Object, OpenApi};
use serde::{Deserialize, Serialize};

use crate::api::Topic;
use crate::authentication::Authenticated;
use crate::json::Json;
use crate::problem::{Problem, ProblemKind};
use crate::wire::few::Few;
use crate::wire::values::{Count, Id};

/// Most memories of a recall.
const MOST: usize = 100;

/// Saying what was useful.
pub(crate) struct FeedbackApi<P>(pub(crate) Brain<P>);

/// What is said of a recall's memories; at least one of them is named.
#[derive(Debug, Clone, Deserialize, Object)]
#[serde(deny_unknown_fields)]
struct FeedbackRequest {
    /// The recall, as its answer names it.
    recall_id: Id,
    /// Memories of that answer that helped, at most 100.
    useful: Option<Few<Id, MOST>>,
    /// Memories of that answer that did not help, at most 100.
    useless: Option<Few<Id, MOST>>,
}

/// What was learned.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "Learned")]
struct LearnedBody {
    /// The recall that it goes back to.
    recall_id: Id,
    /// The number of what was learned, by which it can be taken back.
    version: u32,
    /// The weights of the score that moved; none where no memory could be set against another.
    moved: Vec<MovedBody>,
}

/// A weight that moved.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "MovedWeight")]
struct MovedBody {
    /// The term, as in explanations: `semantic`, `lexical`, …
    term: String,
    /// What it counted before.
    from: f32,
    /// What it counts now.
    to: f32,
}

#[derive(ApiResponse)]
enum FeedbackAnswer {
    /// What was learned.
    #[oai(status = 200)]
    Learned(Json<LearnedBody>),
}

#[OpenApi(tag = "Topic::Memories")]
impl<P: Ports> FeedbackApi<P> {
    /// Say which memories of a recall were useful
    ///
    /// The weights of the tenant's score move a little towards what tells the useful memories from the useless ones: at
    /// most 2 % a time, and never further than half of where they began. Feedback is taken for an hour after the recall,
    /// once for each; sent again it answers as before. With `useful` alone the useless ones are those that stood above
    /// them and are not named; with `useless` alone the useful ones are those that stood below.
    ///
    /// Example: `{"recall_id": "01890a5d-ac96-774b-bcce-b302099a8057", "useful":
    /// ["01890a5d-ac96-774b-bcce-b302099a8058"]}`
    #[oai(path = "/recall/feedback", method = "post", operation_id = "give_feedback")]
    async fn give(&self, call: Authenticated, body: Json<FeedbackRequest>) -> Result<FeedbackAnswer, Problem> {
        let learned = self.0.give_feedback(&call.0, body.value.into()).await?;
        Ok(FeedbackAnswer::Learned(Json::new(learned.into())))
    }

    /// Take feedback back
    ///
    /// The weights are as if it had never been given; what was learned since stays. Then feedback on the same recall can
    /// be given anew, if that is no longer than an hour ago. 404 if no feedback has that version, 409 if it was taken back
    /// before.
    #[oai(path = "/recall/feedback/:version", method = "delete", operation_id = "take_feedback_back")]
    async fn take_back(
        &self,
        call: Authenticated,
        /// The version that the answer to the feedback named.
        version: Path<Count<1, { u32::MAX }>>,
    ) -> Result<FeedbackAnswer, Problem> {
        let learned = self.0.take_feedback_back(&call.0, version.0.0).await?;
        Ok(FeedbackAnswer::Learned(Json::new(learned.into())))
    }
}

impl From<FeedbackRequest> for Feedback {
    fn from(request: FeedbackRequest) -> Self {
        let ids = |named: Option<Few<Id, MOST>>| -> Vec<MemoryId> {
            named.unwrap_or_default().into_iter().map(|id| id.0).collect()
        };
        Self { recall: request.recall_id.0.0, useful: ids(request.useful), useless: ids(request.useless) }
    }
}

impl From<Learned> for LearnedBody {
    fn from(learned: Learned) -> Self {
        Self {
            recall_id: Id(MemoryId(learned.recall)),
            version: learned.version,
            moved: learned.moved.into_iter().map(MovedBody::from).collect(),
        }
    }
}

impl From<Moved> for MovedBody {
    fn from(moved: Moved) -> Self {
        Self { term: moved.term.as_str().to_owned(), from: moved.from, to: moved.to }
    }
}

impl From<FeedbackError> for Problem {
    fn from(error: FeedbackError) -> Self {
        match error {
            FeedbackError::Forbidden(forbidden) => forbidden.into(),
            FeedbackError::Nothing => Self::field("useful", "must name a memory, or `useless` must"),
            FeedbackError::Both(id) => Self::field("useless", format_args!("names a memory that `useful` names: {id}")),
            FeedbackError::UnknownRecall(_) => Self::new(ProblemKind::NotFound, error),
            FeedbackError::NotRecalled { verdict, id } => {
                let field = if verdict == Verdict::Useful { "useful" } else { "useless" };
                Self::field(field, format_args!("names no memory of the recall: {id}"))
            }
            FeedbackError::Refused(refusal) => refusal.into(),
            FeedbackError::Failed(error) => error.into(),
        }
    }
}
