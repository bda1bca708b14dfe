//! A question in the policy's words: `subject, tenant, roles, action, resource{…}, request{…}`.

use application::ports::policy::Question;
use domain::memory::Source;
use serde::Serialize;

/// What a rule sees as `input`; the same that `somabrain-regorus` makes.
#[derive(Serialize)]
pub(crate) struct Input<'a> {
    subject: &'a str,
    tenant: &'a str,
    roles: &'a [String],
    action: &'static str,
    resource: Resource<'a>,
    request: Request<'a>,
}

#[derive(Serialize)]
struct Resource<'a> {
    kind: &'static str,
    tenant: &'a str,
    namespace: Option<&'a str>,
    id: Option<&'a str>,
    source: Option<&'static str>,
    secrets: Vec<&'static str>,
}

#[derive(Serialize)]
struct Request<'a> {
    id: &'a str,
    method: &'a str,
    path: &'a str,
}

#[derive(Serialize)]
struct Body<'a> {
    input: &'a Input<'a>,
}

impl<'a> Input<'a> {
    pub(crate) fn of(question: &Question<'a>) -> Self {
        let Question { call, action, resource } = *question;
        Self {
            subject: &call.caller.subject,
            tenant: call.caller.tenant.as_str(),
            roles: &call.caller.roles,
            action: action.as_str(),
            resource: Resource {
                kind: resource.kind,
                tenant: resource.tenant.as_str(),
                namespace: resource.namespace.map(|namespace| namespace.as_str()),
                id: resource.id,
                source: resource.source.map(Source::as_str),
                secrets: resource.secrets.iter().map(|kind| kind.as_str()).collect(),
            },
            request: Request { id: &call.request_id, method: &call.method, path: &call.path },
        }
    }

    /// The body of the request to OPA.
    pub(crate) fn body(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&Body { input: self })
    }

    /// Everything that a decision may depend on: all but the request's id.
    pub(crate) fn key(&self) -> Result<String, serde_json::Error> {
        let Self { subject, tenant, roles, action, resource, request } = self;
        serde_json::to_string(&(subject, tenant, roles, action, resource, request.method, request.path))
    }
}
