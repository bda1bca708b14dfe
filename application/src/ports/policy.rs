//! The policy decision point: may this caller do that?

use std::future::Future;

use domain::memory::Source;
use domain::secrets::SecretKind;
use domain::tenant::{Namespace, Tenant};

use super::error::PortError;
use crate::call::Call;

/// Decides whether an operation is permitted. Suite: `contract::policy` (one decision table for every adapter).
///
/// Obligations: what no rule permits is denied; a policy that cannot be asked or does not answer a decision is an error, never a decision;
/// the same question gets the same decision until the policy changes.
pub trait Policy: Send + Sync {
    /// Decides.
    fn decide(&self, question: &Question<'_>) -> impl Future<Output = Result<Decision, PortError>> + Send;
}

/// Who wants to do what to which resource.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Who asks, and in which request.
    pub call: &'a Call,
    /// What is to be done.
    pub action: Action,
    /// To what.
    pub resource: Resource<'a>,
}

/// Everything that a caller can be permitted to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Store memories.
    Remember,
    /// Say that what is stored corrects an earlier memory, which holds no longer.
    Supersede,
    /// Search memories.
    Recall,
    /// Ask for a plan.
    Plan,
    /// Read or list memories, versions, links, namespaces.
    Read,
    /// Change a memory or its links.
    Change,
    /// Erase memories, data subjects, namespaces.
    Erase,
    /// Look into a session's working memory.
    ReadSession,
    /// End a session.
    EndSession,
    /// Say which memories of a recall were useful, or take that back.
    Feedback,
    /// See what a density matrix says.
    InspectDensity,
    /// Begin a density matrix anew.
    ResetDensity,
    /// Make a density matrix what it was.
    RestoreDensity,
    /// Read the audit log.
    InspectAudit,
    /// See whether the deployment is in maintenance.
    InspectMaintenance,
    /// Begin or end maintenance.
    Maintain,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 16] = [
        Self::Remember,
        Self::Supersede,
        Self::Recall,
        Self::Plan,
        Self::Read,
        Self::Change,
        Self::Erase,
        Self::ReadSession,
        Self::EndSession,
        Self::Feedback,
        Self::InspectDensity,
        Self::ResetDensity,
        Self::RestoreDensity,
        Self::InspectAudit,
        Self::InspectMaintenance,
        Self::Maintain,
    ];

    /// The action in the policy's words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Remember => "memory:remember",
            Self::Supersede => "memory:supersede",
            Self::Recall => "memory:recall",
            Self::Plan => "memory:plan",
            Self::Read => "memory:read",
            Self::Change => "memory:change",
            Self::Erase => "memory:erase",
            Self::ReadSession => "session:read",
            Self::EndSession => "session:end",
            Self::Feedback => "memory:feedback",
            Self::InspectDensity => "density:read",
            Self::ResetDensity => "density:reset",
            Self::RestoreDensity => "density:restore",
            Self::InspectAudit => "audit:read",
            Self::InspectMaintenance => "maintenance:read",
            Self::Maintain => "maintenance:change",
        }
    }

    /// Whether it is an operator's or an admin's own: such a decision is asked for each time.
    pub fn administers(self) -> bool {
        matches!(
            self,
            Self::InspectDensity
                | Self::ResetDensity
                | Self::RestoreDensity
                | Self::InspectAudit
                | Self::InspectMaintenance
                | Self::Maintain
        )
    }

    /// Whether it is refused during maintenance: it stores, changes or ends something of a tenant's.
    pub fn writes(self) -> bool {
        matches!(
            self,
            Self::Remember | Self::Supersede | Self::Change | Self::Erase | Self::EndSession | Self::Feedback
        )
    }
}

/// What an operation touches; the tenant is whose it is, which need not be the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource<'a> {
    /// `memory`, `namespace`, `session`, `subject`, `feedback`, `density`, `audit`, `maintenance`.
    pub kind: &'static str,
    /// Whose it is.
    pub tenant: &'a Tenant,
    /// In which namespace, where there is one: of a memory that an id names its own.
    pub namespace: Option<&'a Namespace>,
    /// Which one, where there is one.
    pub id: Option<&'a str>,
    /// By which path what is to be stored comes in, or a memory that an id names came in.
    pub source: Option<Source>,
    /// What in it looks like a secret.
    pub secrets: &'a [SecretKind],
}

impl<'a> Resource<'a> {
    /// Everything of a kind that a tenant has.
    pub fn of(kind: &'static str, tenant: &'a Tenant) -> Self {
        Self { kind, tenant, namespace: None, id: None, source: None, secrets: &[] }
    }
}

/// The answer of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It may be done.
    Allow(Basis),
    /// It may not.
    Deny(Basis),
}

impl Decision {
    /// Whether it may be done.
    pub fn is_allow(&self) -> bool {
        matches!(self, Self::Allow(_))
    }
}

/// What a decision rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// The decision's id in the policy server's decision log, where it keeps one.
    pub id: Option<String>,
    /// Why, for the caller and the audit.
    pub reason: String,
}

impl Basis {
    /// A decision that no log knows by an id.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { id: None, reason: reason.into() }
    }
}
