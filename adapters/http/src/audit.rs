//! `/admin/audit`.

use application::brain::Brain;
use application::ports::Ports;
use application::use_cases::audit::{AuditPage, ReadAudit};
use domain::audit::{AuditEvent, Seal};
use domain::memory::Seq;
use poem_openapi::param::Query;
use poem_openapi::{ApiResponse, Object, OpenApi};
use serde::{Deserialize, Serialize};

use crate::api::Topic;
use crate::authentication::Authenticated;
use crate::cursor::Cursors;
use crate::json::Json;
use crate::problem::Problem;
use crate::query::ParameterNames;
use crate::wire::values::{Count, Id, Moment, Name, NamespaceName};

/// Events of a page where nobody says.
const PAGE: u32 = 100;

const PARAMETERS: [&str; 6] = ["action", "subject", "since", "until", "limit", "cursor"];

/// The audit log of the caller's tenant, for operators.
pub(crate) struct AuditApi<P> {
    pub(crate) brain: Brain<P>,
    pub(crate) cursors: Cursors,
}

/// What somebody did.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "AuditEvent")]
struct EventBody {
    /// Its number in the tenant's chain: 1, 2, 3, …
    number: u64,
    /// When.
    at: Moment,
    /// Who: the token's subject; `somabrain` where the service did it by itself.
    subject: String,
    /// What was done, in the policy's words.
    action: String,
    /// To what.
    resource: String,
    /// How it ended.
    outcome: String,
    /// In which request.
    request_id: String,
    /// In which namespace, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<NamespaceName>,
    /// To which memories, at most 1,000 of them.
    ids: Vec<Id>,
    /// Why the policy permitted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The decision's id in the policy server's log, where it keeps one.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_id: Option<String>,
    /// The seal of the chain up to it, 64 hexadecimal digits: kept elsewhere, it proves later that nothing before it was
    /// changed or removed.
    seal: String,
}

/// A page of the audit log.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "AuditPage")]
struct PageBody {
    /// The events, by their numbers.
    events: Vec<EventBody>,
    /// Where the next page begins; left out: there are no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

#[derive(ApiResponse)]
enum AuditAnswer {
    /// A page; it may have fewer events than asked for, or none, and be followed by another.
    #[oai(status = 200)]
    Page(Json<PageBody>),
}

/// What an act left beside the fields of every event.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Detail {
    ids: Vec<Id>,
    namespace: Option<NamespaceName>,
    reason: Option<String>,
    decision_id: Option<String>,
}

#[OpenApi(tag = "Topic::Operations")]
impl<P: Ports> AuditApi<P> {
    /// Read the audit log
    ///
    /// For operators: what was stored, changed, erased, taught and administered in the own tenant, by whom and why it was
    /// permitted; never a memory's content. Pass `next_cursor` as `cursor`, with the same filters, until it is left out. What
    /// was archived is no longer here. An act is here as soon as it is sealed: at once, or within a second where Postgres is
    /// the ledger.
    #[expect(clippy::too_many_arguments, reason = "each is a query parameter: the macro reads them from here")]
    #[oai(path = "/admin/audit", method = "get", operation_id = "audit")]
    async fn read(
        &self,
        call: Authenticated,
        names: ParameterNames,
        /// Only this action, such as `memory:erase`.
        action: Query<Option<Name>>,
        /// Only what this subject did.
        subject: Query<Option<Name>>,
        /// Only at or after this moment.
        since: Query<Option<Moment>>,
        /// Only before this moment.
        until: Query<Option<Moment>>,
        /// Most events of the page, 1 to 1,000; 100 if left out.
        limit: Query<Option<Count<1, 1000>>>,
        /// Where the page begins: `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Result<AuditAnswer, Problem> {
        names.only(&PARAMETERS, &[])?;
        let name = |name: Query<Option<Name>>| name.0.map(|name| name.0.as_str().to_owned());
        let moment = |moment: Query<Option<Moment>>| moment.0.map(|moment| moment.0);
        let filter = ReadAudit {
            action: name(action),
            subject: name(subject),
            since: moment(since),
            until: moment(until),
            ..ReadAudit::default()
        };
        let (list, tenant) = (format!("audit {filter:?}"), &call.0.caller.tenant);
        let after = match &cursor.0 {
            Some(cursor) => self.cursors.read(tenant, &list, cursor)?.0.unsigned_abs(),
            None => 0,
        };
        let limit = limit.0.map_or(PAGE, |limit| limit.0) as usize;
        let AuditPage { events, next } = self.brain.audit(&call.0, ReadAudit { after, limit, ..filter }).await?;
        let next = next.and_then(|number| i64::try_from(number).ok());
        let next_cursor = next.map(|number| self.cursors.write(tenant, &list, Seq(number)));
        let events = events.into_iter().map(|(event, seal)| body(event, seal)).collect();
        Ok(AuditAnswer::Page(Json::new(PageBody { events, next_cursor })))
    }
}

fn body(event: AuditEvent, seal: Seal) -> EventBody {
    // What an act left is JSON of the ledger's; where it is not, the event stands for itself.
    let detail: Detail = serde_json::from_str(&event.detail).unwrap_or_default();
    EventBody {
        number: event.number,
        at: Moment(event.at),
        subject: event.subject,
        action: event.action,
        resource: event.resource,
        outcome: event.outcome,
        request_id: event.request_id,
        namespace: detail.namespace,
        ids: detail.ids,
        reason: detail.reason,
        decision_id: detail.decision_id,
        seal: seal.to_string(),
    }
}
