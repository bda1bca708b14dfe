//! `/sessions/{id}`.

use application::brain::Brain;
use application::ports::Ports;
use application::ports::working::Held;
use poem_openapi::param::Path;
use poem_openapi::{ApiResponse, Object, OpenApi};
use serde::Serialize;

use crate::api::Topic;
use crate::authentication::Authenticated;
use crate::json::Json;
use crate::problem::Problem;
use crate::wire::memory::MemoryBody;
use crate::wire::values::{Moment, Name};

/// What sessions have in mind.
pub(crate) struct SessionsApi<P>(pub(crate) Brain<P>);

/// What a session has in mind.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "Session")]
struct SessionBody {
    /// The session.
    session_id: Name,
    /// What it holds, the most salient first.
    memories: Vec<HeldBody>,
}

/// A memory that a session holds.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "HeldMemory")]
struct HeldBody {
    /// The memory as it was when it came in.
    memory: MemoryBody,
    /// How much it claims attention now, 0 to 1.
    salience: f64,
    /// When it was last used.
    last_used_at: Moment,
    /// When it will be let go of unless it is used.
    expires_at: Moment,
}

/// A session that is over.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "EndedSession")]
struct EndedBody {
    /// The session.
    session_id: Name,
    /// How many memories it held; all of them stay in long-term memory.
    released: usize,
}

#[derive(ApiResponse)]
enum SessionAnswer {
    /// What the session holds; nothing for one that is not known.
    #[oai(status = 200)]
    Held(Json<SessionBody>),
}

#[derive(ApiResponse)]
enum EndedAnswer {
    /// The session is over.
    #[oai(status = 200)]
    Ended(Json<EndedBody>),
}

#[OpenApi(tag = "Topic::Sessions")]
impl<P: Ports> SessionsApi<P> {
    /// See what a session has in mind
    ///
    /// What working memory holds for the session, the most salient first. Callers that name no session share the
    /// session `active`.
    #[oai(path = "/sessions/:id", method = "get", operation_id = "session")]
    async fn show(
        &self,
        call: Authenticated,
        /// The session's name.
        id: Path<Name>,
    ) -> Result<SessionAnswer, Problem> {
        let held = self.0.session(&call.0, id.0.0).await?;
        let memories = held.memories.iter().map(HeldBody::from).collect();
        Ok(SessionAnswer::Held(Json::new(SessionBody { session_id: Name(held.session), memories })))
    }

    /// End a session
    ///
    /// Working memory lets go of what it holds for the session. Nothing is erased. Audited.
    #[oai(path = "/sessions/:id", method = "delete", operation_id = "end_session")]
    async fn end(
        &self,
        call: Authenticated,
        /// The session's name.
        id: Path<Name>,
    ) -> Result<EndedAnswer, Problem> {
        let ended = self.0.end_session(&call.0, id.0.0).await?;
        let body = EndedBody { session_id: Name(ended.session), released: ended.released };
        Ok(EndedAnswer::Ended(Json::new(body)))
    }
}

impl From<&Held> for HeldBody {
    fn from(held: &Held) -> Self {
        Self {
            memory: MemoryBody::from(&*held.memory),
            salience: held.salience,
            last_used_at: Moment(held.last_used),
            expires_at: Moment(held.expires),
        }
    }
}
