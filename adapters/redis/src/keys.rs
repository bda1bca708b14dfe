//! The names of keys: operators know them, so they may not change.

use domain::memory::Source;
use domain::tenant::{Label, Tenant};
use uuid::Uuid;

/// Makes keys; all of them begin with the prefix, which is empty but in tests.
pub(crate) struct Keys {
    prefix: String,
}

impl Keys {
    /// Keys that begin with `prefix`.
    pub(crate) fn new(prefix: String) -> Self {
        Self { prefix }
    }

    /// `tenant:{tenant}:wm:{session}`: what a session has in mind.
    pub(crate) fn session(&self, tenant: &Tenant, session: &Label) -> String {
        format!("{}wm:{session}", self.tenant(tenant))
    }

    /// `tenant:{tenant}:sessions`: the tenant's keys of sessions.
    pub(crate) fn sessions(&self, tenant: &Tenant) -> String {
        format!("{}sessions", self.tenant(tenant))
    }

    /// `tenant:{tenant}:recall:{id}`: what a recall answered.
    pub(crate) fn recall(&self, tenant: &Tenant, recall: Uuid) -> String {
        format!("{}recall:{recall}", self.tenant(tenant))
    }

    /// `tenant:{tenant}:rate`: when the tenant's bucket of requests will be full again; `…:rate:{source}`: that of the
    /// memories of a source.
    pub(crate) fn rate(&self, tenant: &Tenant, source: Option<Source>) -> String {
        let source = source.map_or_else(String::new, |source| format!(":{}", source.as_str()));
        format!("{}rate{source}", self.tenant(tenant))
    }

    /// No tenant's name has a colon, so that one tenant's keys are never another's.
    fn tenant(&self, tenant: &Tenant) -> String {
        format!("{}tenant:{}:", self.prefix, tenant)
    }
}
