//! `POST /recall`.

use std::time::Instant;

use application::brain::Brain;
use application::ports::Ports;
use application::use_cases::recall::{Recall, Recalled, RecalledMemory};
use domain::memory::MemoryId;
use domain::recall::fuse::Explanation;
use poem_openapi::{ApiResponse, Object, OpenApi};
use serde::{Deserialize, Serialize};

use crate::api::Topic;
use crate::authentication::Authenticated;
use crate::json::Json;
use crate::object;
use crate::problem::Problem;
use crate::wire::filters::Filters;
use crate::wire::memory::MemoryBody;
use crate::wire::values::{Count, Id, Moment, Name, NamespaceName, Share, Text};

/// Searching memories.
pub(crate) struct RecallApi<P>(pub(crate) Brain<P>);

/// A question to the memories. Only `query` is needed.
#[derive(Debug, Clone, Deserialize, Object)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecallRequest {
    /// What is asked: 1 to 32,768 characters.
    query: Text,
    /// Most memories wanted, 1 to 100; 10 if left out.
    k: Option<Count<1, 100>>,
    /// Another name of `k`.
    top_k: Option<Count<1, 100>>,
    /// Another name of `k`.
    limit: Option<Count<1, 100>>,
    /// The part of the memories that is asked; `default` if left out.
    namespace: Option<NamespaceName>,
    /// Prefers what this session has in mind; never a filter.
    session_id: Option<Name>,
    /// Another name of `session_id`.
    run_id: Option<Name>,
    /// What every memory of the answer must satisfy.
    #[serde(default, deserialize_with = "object::maybe")]
    filters: Option<Filters>,
    /// Only what held at this moment; now if left out.
    as_of: Option<Moment>,
    /// Only what had been stored by this moment.
    known_at: Option<Moment>,
    /// Whether memories that do not hold (any more) are wanted too.
    include_superseded: Option<bool>,
    /// Least score of a memory, 0 to 1.
    min_score: Option<Share>,
    /// Another name of `min_score`.
    threshold: Option<Share>,
    /// How much the memories should differ from each other, 0 (not at all) to 1 (maximal marginal relevance).
    diversity: Option<Share>,
    /// Whether each score is to be explained.
    explain: Option<bool>,
}

/// The memories that answer best.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "Recalled")]
struct RecalledBody {
    /// The recall's own id.
    recall_id: Id,
    /// At most k memories, the best first.
    memories: Vec<RecalledMemoryBody>,
    /// Whether it is more likely than not that no memory answers; `memories` are there all the same.
    abstained: bool,
    /// How sure it is that any memory answers, 0 to 1.
    confidence: f32,
    /// Whether something could not be reached.
    degraded: bool,
    /// How many candidates came from where.
    sources: SourcesBody,
    /// How long it took, in milliseconds.
    latency_ms: f64,
}

/// How many candidates came from where.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "RecallSources")]
struct SourcesBody {
    /// From the search over all memories.
    long_term: usize,
    /// Held by the session's working memory too.
    working_memory: usize,
}

/// A memory that answers.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "RecalledMemory")]
pub(crate) struct RecalledMemoryBody {
    #[serde(flatten)]
    #[oai(flatten)]
    memory: MemoryBody,
    /// How well it answers, 0 to 1; comparable between calls.
    score: f32,
    /// How the score came about, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<ExplanationBody>,
}

/// How a score came about: the points add up to `raw`, and the score is its logistic.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "Explanation")]
struct ExplanationBody {
    /// One line a term of the score.
    terms: Vec<TermBody>,
    /// The sum of the points.
    raw: f32,
}

/// One term of a score: signal × weight = points.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "ExplanationTerm")]
struct TermBody {
    /// The term's name: `semantic`, `lexical`, …
    term: String,
    /// What was measured.
    signal: f32,
    /// How much it counts.
    weight: f32,
    /// What it gives.
    points: f32,
}

#[derive(ApiResponse)]
enum RecallAnswer {
    /// The memories that answer best.
    #[oai(status = 200)]
    Recalled(Json<RecalledBody>),
}

#[OpenApi(tag = "Topic::Memories")]
impl<P: Ports> RecallApi<P> {
    /// Find the memories that answer a question
    ///
    /// Answers at most k memories of a namespace, the best first. Memories that do not hold at `as_of` are left out
    /// unless `include_superseded` is set. `abstained` says that none of them is likely to answer; it never empties
    /// the list, `min_score` does.
    ///
    /// Example: `{"query": "what does Ada drink in the morning?", "k": 5, "explain": true}`
    #[oai(path = "/recall", method = "post", operation_id = "recall")]
    async fn recall(&self, call: Authenticated, body: Json<RecallRequest>) -> Result<RecallAnswer, Problem> {
        let began = Instant::now();
        let recalled = self.0.recall(&call.0, query(body.value)?).await?;
        Ok(RecallAnswer::Recalled(Json::new(answer(recalled, began))))
    }
}

fn query(request: RecallRequest) -> Result<Recall, Problem> {
    let k = one_of([("k", request.k), ("top_k", request.top_k), ("limit", request.limit)])?;
    let least = one_of([("min_score", request.min_score), ("threshold", request.threshold)])?;
    let session = one_of([("session_id", request.session_id), ("run_id", request.run_id)])?;
    let mut filter: domain::recall::cue::Filter = request.filters.unwrap_or_default().into();
    filter.known_at = request.known_at.map(|moment| moment.0);
    let share = |share: Option<Share>| share.map_or(0.0, |share| share.0.get() as f32);
    Ok(Recall {
        k: k.map_or(10, |k| k.0 as usize),
        namespace: request.namespace.map(|name| name.0).unwrap_or_default(),
        session: session.map(|name| name.0),
        filter,
        as_of: request.as_of.map(|moment| moment.0),
        include_superseded: request.include_superseded.unwrap_or(false),
        min_score: share(least),
        diversity: share(request.diversity),
        explain: request.explain.unwrap_or(false),
        ..Recall::new(request.query.0)
    })
}

/// The value that several names of one field agree on.
fn one_of<T: PartialEq, const N: usize>(named: [(&str, Option<T>); N]) -> Result<Option<T>, Problem> {
    let mut found: Option<(&str, T)> = None;
    for (name, value) in named {
        let Some(value) = value else { continue };
        match &found {
            Some((first, other)) if *other != value => {
                return Err(Problem::field(
                    name,
                    format_args!("is another name of {first} and must not differ from it"),
                ));
            }
            Some(_) => {}
            None => found = Some((name, value)),
        }
    }
    Ok(found.map(|(_, value)| value))
}

fn answer(recalled: Recalled, began: Instant) -> RecalledBody {
    RecalledBody {
        recall_id: Id(MemoryId(recalled.recall_id)),
        memories: recalled.memories.iter().map(RecalledMemoryBody::from).collect(),
        abstained: recalled.abstained,
        confidence: recalled.confidence,
        degraded: recalled.degraded,
        sources: SourcesBody { long_term: recalled.sources.long_term, working_memory: recalled.sources.working },
        latency_ms: began.elapsed().as_secs_f64() * 1000.0,
    }
}

impl From<&RecalledMemory> for RecalledMemoryBody {
    fn from(one: &RecalledMemory) -> Self {
        let explanation = one.explanation.as_ref().map(ExplanationBody::from);
        Self { memory: MemoryBody::from(&*one.memory), score: one.score, explanation }
    }
}

impl From<&Explanation> for ExplanationBody {
    fn from(explanation: &Explanation) -> Self {
        let term = |line: &domain::recall::fuse::Line| TermBody {
            term: line.term.as_str().to_owned(),
            signal: line.signal,
            weight: line.weight,
            points: line.points,
        };
        Self { terms: explanation.lines().iter().map(term).collect(), raw: explanation.raw() }
    }
}
