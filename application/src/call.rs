//! Who calls, and in which request.

use domain::tenant::Tenant;

/// The authenticated principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Whose memories it acts on.
    pub tenant: Tenant,
    /// Who it is: the token's `sub`.
    pub subject: String,
    /// What it may be: reader, writer, planner, operator, admin, or the operator's own.
    pub roles: Vec<String>,
}

/// One request of a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Who asks.
    pub caller: Caller,
    /// The request's id, for logs and audit.
    pub request_id: String,
    /// The HTTP method, or `CLI`.
    pub method: String,
    /// The path as it was asked for, or the command's name.
    pub path: String,
    /// The trace that it is part of, as a W3C `traceparent`; nothing where the caller gave none.
    pub traceparent: Option<String>,
}
