//! `POST /remember` and `POST /remember/batch`.

use application::brain::Brain;
use application::ports::Ports;
use application::ports::admission::LARGEST_BATCH;
use application::ports::ledger;
use application::use_cases::remember::{Draft, Remember, RememberError, Remembered, RememberedMemory};
use domain::tenant::Label;
use poem_openapi::{ApiResponse, Object, OpenApi};
use serde::Serialize;

use crate::api::Topic;
use crate::authentication::Authenticated;
use crate::headers::IdempotencyKey;
use crate::json::Json;
use crate::problem::Problem;
use crate::wire::drafts::{RememberBatchRequest, RememberRequest};
use crate::wire::names::SecretName;
use crate::wire::payload::PayloadOr;
use crate::wire::values::{Id, Moment, NamespaceName};

/// Most memories of a batch.
const MOST: usize = LARGEST_BATCH as usize;

/// Storing memories.
pub(crate) struct RememberApi<P>(pub(crate) Brain<P>);

/// What working memory did with a memory.
#[derive(Debug, Clone, Serialize, Object)]
struct WorkingMemoryBody {
    /// Whether the session holds it now.
    admitted: bool,
    /// What had to go for it.
    evicted: Vec<Id>,
}

/// What became of a memory.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "Remembered")]
struct RememberedBody {
    /// The memory's id; for a duplicate that of the first one.
    id: Id,
    /// Where it is.
    namespace: NamespaceName,
    /// When it was stored.
    created_at: Moment,
    /// How new it is to its namespace, 0 to 1.
    novelty: f64,
    /// How much it claims attention, 0 to 1.
    salience: f64,
    /// What the session's working memory did with it.
    working_memory: WorkingMemoryBody,
    /// `durable`: on disk, and visible to the next recall.
    stored: String,
    /// Whether it was there already.
    duplicate: bool,
    /// What in it looks like a secret: it is stored all the same, unless the policy refuses it.
    secrets: Vec<SecretName>,
    /// Whether something beside the store could not be reached.
    degraded: bool,
}

/// What became of a batch.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "RememberedBatch")]
struct RememberedBatchBody {
    /// One answer a memory, in their order.
    memories: Vec<RememberedBody>,
}

#[derive(ApiResponse)]
enum RememberAnswer {
    /// Stored: on disk, and visible to the next recall.
    #[oai(status = 201)]
    Stored(Json<RememberedBody>),
    /// It was there already; nothing was changed.
    #[oai(status = 200)]
    Duplicate(Json<RememberedBody>),
}

#[derive(ApiResponse)]
enum RememberBatchAnswer {
    /// All stored: on disk, and visible to the next recall.
    #[oai(status = 201)]
    Stored(Json<RememberedBatchBody>),
}

#[OpenApi(tag = "Topic::Memories")]
impl<P: Ports> RememberApi<P> {
    /// Store a memory
    ///
    /// Stores one memory of the caller's tenant. When the answer is 201 the memory is on disk and the very next recall
    /// can find it. The same text of the same user, agent, session, speaker and `occurred_at` is stored once: saying
    /// it again answers 200 with the first id and `duplicate: true`.
    ///
    /// With an `Idempotency-Key` a request can be repeated safely for 24 hours: same key and body replay the answer,
    /// another body is 422.
    ///
    /// Example: `{"content": "Ada prefers tea in the morning", "speaker": "Ada", "session_id": "s-1"}`
    #[oai(path = "/remember", method = "post", operation_id = "remember")]
    async fn remember(
        &self,
        call: Authenticated,
        /// A key of the caller's own for this request: 1 to 255 visible characters.
        #[oai(name = "Idempotency-Key")]
        key: IdempotencyKey,
        body: Json<PayloadOr<RememberRequest>>,
    ) -> Result<RememberAnswer, Problem> {
        let key = with_fingerprint(key.0, &body);
        let PayloadOr(request) = body.value;
        if let Some((field, message)) = request.contradiction() {
            return Err(Problem::field(field, message));
        }
        let remembered = self.0.remember(&call.0, Remember { memories: vec![request.into()], key }).await?;
        let answer = bodies(remembered).pop().ok_or_else(|| Problem::internal("no answer for a memory"))?;
        Ok(match answer.duplicate {
            true => RememberAnswer::Duplicate(Json::new(answer)),
            false => RememberAnswer::Stored(Json::new(answer)),
        })
    }

    /// Store several memories
    ///
    /// Stores 1 to 1,000 memories, all or nothing: if one is not valid, none is stored and the problem names it
    /// (`memories[3].content`). They belong to at most 64 namespaces. The answers come in the order of the memories. A memory may link to, or supersede, one
    /// with an id of the caller's own that stands earlier in the same batch.
    #[oai(path = "/remember/batch", method = "post", operation_id = "remember_batch")]
    async fn remember_batch(
        &self,
        call: Authenticated,
        /// A key of the caller's own for this request: 1 to 255 visible characters.
        #[oai(name = "Idempotency-Key")]
        key: IdempotencyKey,
        body: Json<RememberBatchRequest>,
    ) -> Result<RememberBatchAnswer, Problem> {
        let key = with_fingerprint(key.0, &body);
        let memories = drafts(body.value)?;
        let remembered = self.0.remember(&call.0, Remember { memories, key }).await.map_err(naming_the_memory)?;
        Ok(RememberBatchAnswer::Stored(Json::new(RememberedBatchBody { memories: bodies(remembered) })))
    }
}

fn with_fingerprint<T>(key: Option<Label>, body: &Json<T>) -> Option<ledger::IdempotencyKey> {
    key.map(|key| ledger::IdempotencyKey { key, fingerprint: body.fingerprint() })
}

fn drafts(batch: RememberBatchRequest) -> Result<Vec<Draft>, Problem> {
    let found = batch.memories.len();
    if !(1..=MOST).contains(&found) {
        return Err(Problem::field("memories", format_args!("has {found} memories, must have 1 to {MOST}")));
    }
    for (index, request) in batch.memories.iter().enumerate() {
        if let Some((field, message)) = request.contradiction() {
            return Err(Problem::field(&format!("memories[{index}].{field}"), message));
        }
    }
    Ok(batch.memories.into_iter().map(Draft::from).collect())
}

fn naming_the_memory(error: RememberError) -> Problem {
    match error {
        RememberError::EndsBeforeItBegins { index } => {
            Problem::field(&format!("memories[{index}].invalid_at"), "must be later than valid_at")
        }
        RememberError::TooLong { index, field, most } => {
            Problem::field(&format!("memories[{index}].{field}"), format_args!("has more than {most} items"))
        }
        other => other.into(),
    }
}

fn bodies(remembered: Remembered) -> Vec<RememberedBody> {
    let Remembered { memories, degraded, queued } = remembered;
    memories.into_iter().map(|one| body(one, degraded, queued)).collect()
}

fn body(one: RememberedMemory, degraded: bool, queued: bool) -> RememberedBody {
    let memory = one.memory;
    RememberedBody {
        id: Id(memory.id),
        namespace: NamespaceName(memory.namespace.clone()),
        created_at: Moment(memory.times.created),
        novelty: memory.novelty,
        salience: memory.salience,
        working_memory: WorkingMemoryBody {
            admitted: one.working.admitted,
            evicted: one.working.evicted.into_iter().map(Id).collect(),
        },
        stored: if queued && !one.duplicate { "queued" } else { "durable" }.to_owned(),
        duplicate: one.duplicate,
        secrets: one.secrets.into_iter().map(Into::into).collect(),
        degraded,
    }
}
