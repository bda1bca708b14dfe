//! `/admin/maintenance`.

use application::brain::Brain;
use application::ports::Ports;
use application::ports::ledger::Maintenance;
use application::use_cases::maintenance::Maintain;
use domain::tenant::Tenant;
use poem_openapi::{ApiResponse, Object, OpenApi};
use serde::{Deserialize, Serialize};

use crate::api::Topic;
use crate::authentication::Authenticated;
use crate::json::Json;
use crate::problem::{Problem, ProblemKind};
use crate::wire::values::Moment;

/// Most characters of a reason.
const LONGEST: usize = 500;

/// In how many seconds a refused write is worth another try.
const LATER: u64 = 30;

/// The switch of the deployment, for operators.
pub(crate) struct MaintenanceApi<P>(pub(crate) Brain<P>);

/// Maintenance is to begin or to end.
#[derive(Debug, Clone, Deserialize, Object)]
#[serde(deny_unknown_fields)]
struct MaintenanceRequest {
    /// Whether writes are to be refused.
    enabled: bool,
    /// Why, for those whose writes are refused: at most 500 characters.
    reason: Option<String>,
}

/// Whether writes are refused for maintenance.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "Maintenance")]
struct MaintenanceBody {
    /// Whether they are, for all tenants and on every replica within a second.
    enabled: bool,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Moment>,
    /// Who wanted it: the token's subject. Only callers of the same tenant are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(ApiResponse)]
enum MaintenanceAnswer {
    /// How things stand.
    #[oai(status = 200)]
    Now(Json<MaintenanceBody>),
}

#[OpenApi(tag = "Topic::Operations")]
impl<P: Ports> MaintenanceApi<P> {
    /// See whether there is maintenance
    ///
    /// For operators.
    #[oai(path = "/admin/maintenance", method = "get", operation_id = "maintenance")]
    async fn inspect(&self, call: Authenticated) -> Result<MaintenanceAnswer, Problem> {
        let now = self.0.inspect_maintenance(&call.0).await?;
        Ok(MaintenanceAnswer::Now(Json::new(MaintenanceBody::of(now, &call.0.caller.tenant))))
    }

    /// Begin or end maintenance
    ///
    /// For admins. While it lasts, whatever stores, changes, erases, teaches or ends a session answers 503 with
    /// `Retry-After`, for all tenants and on every replica within a second; recall, plan and reading go on. It outlasts
    /// restarts. Audited.
    ///
    /// Example: `{"enabled": true, "reason": "moving to a larger disk"}`
    #[oai(path = "/admin/maintenance", method = "post", operation_id = "maintain")]
    async fn change(&self, call: Authenticated, body: Json<MaintenanceRequest>) -> Result<MaintenanceAnswer, Problem> {
        let MaintenanceRequest { enabled, reason } = body.value;
        if reason.as_ref().is_some_and(|reason| reason.chars().count() > LONGEST) {
            return Err(Problem::field("reason", format_args!("must have at most {LONGEST} characters")));
        }
        let reason = reason.filter(|reason| !reason.trim().is_empty());
        let now = self.0.maintain(&call.0, Maintain { enabled, reason }).await?;
        Ok(MaintenanceAnswer::Now(Json::new(MaintenanceBody::of(now, &call.0.caller.tenant))))
    }
}

impl MaintenanceBody {
    /// How things stand, for a caller of this tenant.
    fn of(maintenance: Option<Maintenance>, tenant: &Tenant) -> Self {
        let Some(maintenance) = maintenance else {
            return Self { enabled: false, since: None, by: None, reason: None };
        };
        let by = maintenance.begun_by(tenant).map(str::to_owned);
        Self { enabled: true, since: Some(Moment(maintenance.since)), by, reason: maintenance.reason }
    }
}

/// What a caller reads whose write is refused.
pub(crate) fn refused(Maintenance { reason, .. }: Maintenance) -> Problem {
    let why = reason.map_or_else(String::new, |reason| format!(": {reason}"));
    Problem::new(ProblemKind::Maintenance, format_args!("nothing is stored or changed for now{why}")).retry_after(LATER)
}
