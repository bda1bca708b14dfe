//! The driving side: one method for each thing that a caller can do.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use domain::index::lens::Lens;
use domain::memory::Memory;
use domain::recall::term::Weights;
use domain::secrets::SecretKind;
use domain::tenant::{Label, Namespace, Tenant};

use crate::call::{Call, Caller};
use crate::lessons::Copies;
use crate::ports::admission::{Admission, Asked, Verdict};
use crate::ports::authenticator::{Authenticator, Rejection};
use crate::ports::density::Renewed;
use crate::ports::error::PortError;
use crate::ports::ledger::{Maintenance, Note};
use crate::ports::metrics::{Measurement, Metrics, Outcome, Stage};
use crate::ports::policy::{Action, Basis};
use crate::ports::system::System;
use crate::ports::{Component, Ports};
use crate::probes::Probes;
use crate::quotas::{Quotas, Usages};
use crate::use_cases::{
    audit, change, density, erase, feedback, health, links, maintenance, plan, read, recall, remember, sessions,
};
use crate::work::delivery::Deliveries;
use crate::work::folds::Folds;
use crate::{stages, trace};

/// Everything that callers may ask, over one bundle of ports. Cloning shares it.
pub struct Brain<P> {
    pub(crate) ports: Arc<P>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) folds: Arc<Folds>,
    pub(crate) deliveries: Arc<Deliveries>,
    pub(crate) lessons: Arc<Copies>,
    pub(crate) usages: Arc<Usages>,
    pub(crate) probes: Arc<Probes>,
}

impl<P> Clone for Brain<P> {
    fn clone(&self) -> Self {
        Self {
            ports: self.ports.clone(),
            settings: self.settings.clone(),
            folds: self.folds.clone(),
            deliveries: self.deliveries.clone(),
            lessons: self.lessons.clone(),
            usages: self.usages.clone(),
            probes: self.probes.clone(),
        }
    }
}

/// What an operator can tune in the use cases.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How much each signal counts in recall, before feedback has taught anything.
    pub weights: Weights,
    /// Below this confidence recall says that it abstains, 0 to 1.
    pub abstain_below: f32,
    /// Most that a tenant may hold.
    pub quotas: Quotas,
    /// How the index reads, for scoring here what the long-term memory has not been told yet; with the shipped encoder's
    /// table, or without where cues bring their own encoding.
    pub lens: Lens,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            weights: domain::recall::fuse::default_weights(),
            abstain_below: 0.35,
            quotas: Quotas::default(),
            lens: Lens::default(),
        }
    }
}

impl<P: Ports> Brain<P> {
    /// A brain over its ports.
    pub fn new(ports: P, settings: Settings) -> Self {
        let deliveries = Arc::new(Deliveries::of(ports.system().new_id()));
        let settings = Arc::new(settings);
        Self {
            ports: Arc::new(ports),
            settings,
            folds: Arc::default(),
            deliveries,
            lessons: Arc::default(),
            usages: Arc::default(),
            probes: Arc::default(),
        }
    }

    /// The ports, for those who compose.
    pub fn ports(&self) -> &P {
        &self.ports
    }

    /// Turns a bearer token into a caller; a refusal is counted and logged.
    pub async fn authenticate(&self, token: Option<&str>) -> Result<Caller, Rejection> {
        let checked = match token {
            Some(token) => self.ports.authenticator().authenticate(token, self.ports.system().now()).await,
            None => Err(Rejection::Missing),
        };
        checked.inspect_err(|reason| {
            self.ports.metrics().record(Measurement::AuthFailure(*reason));
            tracing::warn!(reason = reason.as_str(), "auth: jwt token refused");
        })
    }

    /// Asks for one request of a tenant, or for memories of a source.
    pub async fn admit(&self, tenant: &Tenant, asked: Asked) -> Result<Verdict, PortError> {
        let verdict = self.ports.admission().admit(tenant, asked, self.ports.system().now()).await?;
        if matches!(verdict, Verdict::Refused { .. }) {
            self.ports.metrics().record(Measurement::RateLimited);
        }
        Ok(verdict)
    }

    /// Stores memories, all or nothing.
    pub async fn remember(
        &self,
        call: &Call,
        command: remember::Remember,
    ) -> Result<remember::Remembered, remember::RememberError> {
        self.counted("remember", remember::execute(self, call, command).await)
    }

    /// Finds the memories that answer a query.
    pub async fn recall(&self, call: &Call, query: recall::Recall) -> Result<recall::Recalled, recall::RecallError> {
        self.counted("recall", recall::execute(self, call, query).await)
    }

    /// Makes a plan for a goal from what is stored.
    pub async fn plan(&self, call: &Call, query: plan::MakePlan) -> Result<plan::Planned, plan::PlanError> {
        self.counted("plan", plan::execute(self, call, query).await)
    }

    /// Reads one memory.
    pub async fn read(&self, call: &Call, query: read::Read) -> Result<read::MemoryRead, read::ReadError> {
        self.counted("read", read::one(self, call, query).await)
    }

    /// Lists memories by place in the ledger.
    pub async fn list(&self, call: &Call, query: read::List) -> Result<crate::ports::ledger::Listed, read::ReadError> {
        self.counted("list", read::list(self, call, query).await)
    }

    /// Reads what a memory was, and when it changed.
    pub async fn versions(&self, call: &Call, query: read::ReadVersions) -> Result<read::Versions, read::ReadError> {
        self.counted("versions", read::versions(self, call, query).await)
    }

    /// Lists the tenant's namespaces with their counts.
    pub async fn namespaces(&self, call: &Call) -> Result<read::Namespaces, read::ReadError> {
        self.counted("namespaces", read::namespaces(self, call).await)
    }

    /// Changes what stands beside a memory's content.
    pub async fn change(&self, call: &Call, command: change::Amend) -> Result<change::Changed, change::ChangeError> {
        self.counted("change", change::execute(self, call, command).await)
    }

    /// Links a memory to another.
    pub async fn link(&self, call: &Call, command: links::AddLink) -> Result<change::Changed, change::ChangeError> {
        self.counted("link", links::add(self, call, command).await)
    }

    /// Takes a link away.
    pub async fn unlink(&self, call: &Call, command: links::DropLink) -> Result<change::Changed, change::ChangeError> {
        self.counted("unlink", links::drop(self, call, command).await)
    }

    /// Erases for good: one memory, a data subject, a namespace.
    pub async fn erase(&self, call: &Call, command: erase::Erase) -> Result<erase::Receipt, erase::EraseError> {
        self.counted("erase", erase::execute(self, call, command).await)
    }

    /// Shows what working memory holds for a session.
    pub async fn session(&self, call: &Call, session: Label) -> Result<sessions::Held, sessions::SessionError> {
        self.counted("session", sessions::show(self, call, session).await)
    }

    /// Ends a session; erases nothing.
    pub async fn end_session(&self, call: &Call, session: Label) -> Result<sessions::Ended, sessions::SessionError> {
        self.counted("end_session", sessions::end(self, call, session).await)
    }

    /// Learns from what is said of a recall's memories.
    pub async fn give_feedback(
        &self,
        call: &Call,
        command: feedback::Feedback,
    ) -> Result<feedback::Learned, feedback::FeedbackError> {
        self.counted("feedback", feedback::give(self, call, command).await)
    }

    /// Takes back what was learned by the feedback of a version.
    pub async fn take_feedback_back(
        &self,
        call: &Call,
        version: u32,
    ) -> Result<feedback::Learned, feedback::FeedbackError> {
        self.counted("take_feedback_back", feedback::take_back(self, call, version).await)
    }

    /// Shows what a density matrix says.
    pub async fn inspect_density(
        &self,
        call: &Call,
        namespace: Namespace,
    ) -> Result<density::Inspected, density::DensityError> {
        self.counted("inspect_density", density::inspect(self, call, namespace).await)
    }

    /// Begins a density matrix anew.
    pub async fn reset_density(&self, call: &Call, namespace: Namespace) -> Result<Renewed, density::DensityError> {
        self.counted("reset_density", density::reset(self, call, namespace).await)
    }

    /// Makes a density matrix what it was.
    pub async fn restore_density(
        &self,
        call: &Call,
        command: density::Restore,
    ) -> Result<Renewed, density::DensityError> {
        self.counted("restore_density", density::restore(self, call, command).await)
    }

    /// Reads the tenant's audit log.
    pub async fn audit(&self, call: &Call, query: audit::ReadAudit) -> Result<audit::AuditPage, audit::AuditError> {
        self.counted("audit", audit::read(self, call, query).await)
    }

    /// Shows whether the deployment is in maintenance.
    pub async fn inspect_maintenance(&self, call: &Call) -> Result<Option<Maintenance>, maintenance::MaintenanceError> {
        self.counted("inspect_maintenance", maintenance::inspect(self, call).await)
    }

    /// Begins or ends maintenance; how things stand then.
    pub async fn maintain(
        &self,
        call: &Call,
        command: maintenance::Maintain,
    ) -> Result<Option<Maintenance>, maintenance::MaintenanceError> {
        self.counted("maintain", maintenance::change(self, call, command).await)
    }

    /// How the service and everything it stands on is.
    pub async fn health(&self) -> health::Health {
        health::execute(self).await
    }

    /// The metrics so far.
    pub fn exposition(&self) -> String {
        self.ports.metrics().exposition()
    }

    /// Counts a request that was answered.
    pub fn record(&self, measurement: Measurement) {
        self.ports.metrics().record(measurement);
    }

    /// Counts and logs what looks like a secret in what is to be stored; never the text.
    pub(crate) fn flag(&self, call: &Call, secrets: &[SecretKind]) {
        for kind in secrets {
            self.ports.metrics().record(Measurement::Secret(*kind));
            tracing::warn!(
                request_id = %call.request_id,
                tenant = %call.caller.tenant,
                subject = %call.caller.subject,
                kind = kind.as_str(),
                "what is stored looks like a secret"
            );
        }
    }

    pub(crate) fn note(&self, call: &Call, action: Action, basis: Basis) -> Note {
        Note {
            subject: call.caller.subject.clone(),
            action: action.as_str(),
            basis: Some(basis),
            request_id: call.request_id.clone(),
            traceparent: call.traceparent.clone(),
            at: self.ports.system().now(),
        }
    }

    /// Whether callers still find it: what has expired is gone for them, though it may not have been swept yet.
    pub(crate) fn keeps(&self, memory: &Memory) -> bool {
        let now = self.ports.system().now();
        memory.times.expires.is_none_or(|end| now < end)
    }

    /// Measures one stage of a use case, for the metrics and for the request that it is part of.
    pub(crate) async fn timed<T>(&self, stage: Stage, work: impl Future<Output = T>) -> T {
        let begin = self.ports.system().now();
        let done = trace::inner(stage.as_str(), work).await;
        let took = self.ports.system().now().micros().saturating_sub(begin.micros());
        let took = Duration::from_micros(u64::try_from(took).unwrap_or(0));
        self.ports.metrics().record(Measurement::Stage { stage, took });
        stages::note(stage, took);
        done
    }

    fn counted<T, E: Blame>(&self, operation: &'static str, result: Result<T, E>) -> Result<T, E> {
        let outcome = match &result {
            Ok(_) => Outcome::Success,
            Err(error) => error.outcome(),
        };
        self.ports.metrics().record(Measurement::MemoryOperation { operation, outcome });
        result
    }

    /// The components without which no request can be served and that do not answer now.
    pub async fn missing(&self) -> Vec<Component> {
        health::missing(self).await
    }
}

/// Whose fault an error is: the caller's, or ours.
pub(crate) trait Blame {
    fn outcome(&self) -> Outcome;
}
