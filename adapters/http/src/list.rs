//! `/memories`: list, export, erase a data subject.

use application::brain::Brain;
use application::call::Call;
use application::ports::Ports;
use application::ports::ledger::{Listed, Selection};
use application::use_cases::erase::Erase;
use application::use_cases::read::List;
use domain::memory::Seq;
use domain::recall::cue::Filter;
use domain::tenant::Namespace;
use poem::http::HeaderMap;
use poem_openapi::param::Query;
use poem_openapi::{ApiResponse, Object, OpenApi};
use serde::Serialize;

use crate::api::Topic;
use crate::authentication::Authenticated;
use crate::cursor::Cursors;
use crate::either::Either;
use crate::export::{Export, Exports, NDJSON};
use crate::headers::accepts;
use crate::json::Json;
use crate::problem::Problem;
use crate::query::ParameterNames;
use crate::wire::few::Few;
use crate::wire::memory::MemoryBody;
use crate::wire::names::{MemoryKind, MemorySource};
use crate::wire::receipt::ReceiptBody;
use crate::wire::values::{Count, Moment, Name, NamespaceName, Share};

/// Memories of a page where nobody says.
const PAGE: u32 = 100;

/// All memories of a tenant.
pub(crate) struct ListApi<P> {
    pub(crate) brain: Brain<P>,
    pub(crate) cursors: Cursors,
    pub(crate) exports: Exports,
}

/// A part of the list.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "MemoryPage")]
pub(crate) struct PageBody {
    /// The memories, in the order in which they were stored.
    memories: Vec<MemoryBody>,
    /// What to pass as `cursor` for the next part; left out in the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

#[derive(ApiResponse)]
enum ReceiptAnswer {
    /// Erased for good.
    #[oai(status = 200)]
    Erased(Json<ReceiptBody>),
}

#[OpenApi(tag = "Topic::Memories")]
impl<P: Ports> ListApi<P> {
    /// List memories
    ///
    /// Lists the tenant's memories in the order in which they were stored, page by page: pass `next_cursor` as
    /// `cursor`, with the same filters, until it is left out. A page ends too where its memories come to about 4 MiB. With `Accept: application/x-ndjson` all of them are
    /// streamed, one memory a line; of a tenant eight such streams at once, one more is 429.
    #[expect(clippy::too_many_arguments, reason = "each is a query parameter: the macro reads them from here")]
    #[oai(path = "/memories", method = "get", operation_id = "list_memories")]
    async fn list(
        &self,
        call: Authenticated,
        names: ParameterNames,
        headers: &HeaderMap,
        /// Only this namespace.
        namespace: Query<Option<NamespaceName>>,
        /// Only memories about this user.
        user_id: Query<Option<Name>>,
        /// Only memories of this agent.
        agent_id: Query<Option<Name>>,
        /// Only memories of this conversation.
        session_id: Query<Option<Name>>,
        /// Only what this speaker said.
        speaker: Query<Option<Name>>,
        /// Only memories of this kind.
        kind: Query<Option<MemoryKind>>,
        /// Only memories with this tag; given several times, with all of them; at most 64 times.
        tag: Query<Option<Few<Name, { Filter::TAGS }>>>,
        /// Only memories that came in by this path.
        source: Query<Option<MemorySource>>,
        /// Only what happened at or after this moment.
        occurred_after: Query<Option<Moment>>,
        /// Only what happened before this moment.
        occurred_before: Query<Option<Moment>>,
        /// Only what matters at least this much.
        min_importance: Query<Option<Share>>,
        /// Most memories of the page, 1 to 1,000; 100 if left out.
        limit: Query<Option<Count<1, 1000>>>,
        /// Where the page begins: `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Result<Either<Json<PageBody>, Export>, Problem> {
        names.only(&LIST_PARAMETERS, &["tag"])?;
        let name = |name: Query<Option<Name>>| name.0.map(|name| name.0);
        let filter = Filter {
            user: name(user_id),
            agent: name(agent_id),
            session: name(session_id),
            speaker: name(speaker),
            kind: kind.0.map(Into::into),
            tags_all: tag.0.unwrap_or_default().into_iter().map(|tag| tag.0).collect(),
            source: source.0.map(Into::into),
            occurred_after: occurred_after.0.map(|moment| moment.0),
            occurred_before: occurred_before.0.map(|moment| moment.0),
            min_importance: min_importance.0.map(|share| share.0),
            ..Filter::default()
        };
        let namespace = namespace.0.map(|name| name.0);
        let list = format!("{namespace:?} {filter:?}");
        let after = match &cursor.0 {
            Some(cursor) => self.cursors.read(&call.0.caller.tenant, &list, cursor)?,
            None => Seq::default(),
        };
        let limit = limit.0.map_or(PAGE, |limit| limit.0) as usize;
        let query = List { namespace, filter, after, limit };
        if accepts(headers, NDJSON) {
            return Ok(Either::Other(Export::begin(self.brain.clone(), &self.exports, call.0, query).await?));
        }
        let listed = self.brain.list(&call.0, query).await?;
        Ok(Either::usual(Json::new(self.page(&call.0, &list, listed))))
    }

    /// Erase everything of a data subject
    ///
    /// Erases for good all memories that fit every selector given; at least one of `user_id`, `session_id`, `agent_id`
    /// must be. Audited; the answer is the receipt.
    #[oai(path = "/memories", method = "delete", operation_id = "erase_memories")]
    async fn erase(
        &self,
        call: Authenticated,
        names: ParameterNames,
        /// All memories about this user.
        user_id: Query<Option<Name>>,
        /// All memories of this conversation.
        session_id: Query<Option<Name>>,
        /// All memories of this agent.
        agent_id: Query<Option<Name>>,
        /// Only within this namespace.
        namespace: Query<Option<NamespaceName>>,
    ) -> Result<ReceiptAnswer, Problem> {
        names.only(&["user_id", "session_id", "agent_id", "namespace"], &[])?;
        if user_id.0.is_none() && session_id.0.is_none() && agent_id.0.is_none() {
            return Err(Problem::field(
                "user_id",
                "or session_id or agent_id must be given: nothing says what to erase",
            ));
        }
        let name = |name: Query<Option<Name>>| name.0.map(|name| name.0);
        let selection = Selection::Subject {
            user: name(user_id),
            agent: name(agent_id),
            session: name(session_id),
            namespace: namespace.0.map(|name: NamespaceName| -> Namespace { name.0 }),
        };
        let receipt = self.brain.erase(&call.0, Erase { selection }).await?;
        Ok(ReceiptAnswer::Erased(Json::new(receipt.into())))
    }
}

const LIST_PARAMETERS: [&str; 12] = [
    "namespace",
    "user_id",
    "agent_id",
    "session_id",
    "speaker",
    "kind",
    "source",
    "occurred_after",
    "occurred_before",
    "min_importance",
    "limit",
    "cursor",
];

impl<P: Ports> ListApi<P> {
    fn page(&self, call: &Call, list: &str, listed: Listed) -> PageBody {
        PageBody {
            memories: listed.memories.iter().map(|memory| MemoryBody::from(&**memory)).collect(),
            next_cursor: listed.next.map(|next| self.cursors.write(&call.caller.tenant, list, next)),
        }
    }
}
