//! A question in the policy's words: `subject, tenant, roles, action, resource{…}, request{…}`.

use std::collections::BTreeMap;

use application::call::Call;
use application::ports::policy::{Question, Resource};
use regorus::Value;

/// The names of an input's members, made once: a decision shares them.
pub(crate) struct Words {
    subject: Value,
    tenant: Value,
    roles: Value,
    action: Value,
    resource: Value,
    request: Value,
    kind: Value,
    namespace: Value,
    id: Value,
    source: Value,
    secrets: Value,
    method: Value,
    path: Value,
}

impl Words {
    pub(crate) fn new() -> Self {
        Self {
            subject: "subject".into(),
            tenant: "tenant".into(),
            roles: "roles".into(),
            action: "action".into(),
            resource: "resource".into(),
            request: "request".into(),
            kind: "kind".into(),
            namespace: "namespace".into(),
            id: "id".into(),
            source: "source".into(),
            secrets: "secrets".into(),
            method: "method".into(),
            path: "path".into(),
        }
    }

    /// The input that a question makes.
    pub(crate) fn input(&self, question: &Question<'_>) -> Value {
        let Question { call, action, resource } = question;
        let roles: Vec<Value> = call.caller.roles.iter().map(|role| Value::from(role.as_str())).collect();
        object([
            (&self.subject, call.caller.subject.as_str().into()),
            (&self.tenant, call.caller.tenant.as_str().into()),
            (&self.roles, roles.into()),
            (&self.action, action.as_str().into()),
            (&self.resource, self.resource(resource)),
            (&self.request, self.request(call)),
        ])
    }

    fn resource(&self, resource: &Resource<'_>) -> Value {
        let absent = || Value::Null;
        let secrets: Vec<Value> = resource.secrets.iter().map(|kind| kind.as_str().into()).collect();
        object([
            (&self.kind, resource.kind.into()),
            (&self.tenant, resource.tenant.as_str().into()),
            (&self.namespace, resource.namespace.map_or_else(absent, |namespace| namespace.as_str().into())),
            (&self.id, resource.id.map_or_else(absent, Value::from)),
            (&self.source, resource.source.map_or_else(absent, |source| source.as_str().into())),
            (&self.secrets, secrets.into()),
        ])
    }

    fn request(&self, call: &Call) -> Value {
        object([
            (&self.id, call.request_id.as_str().into()),
            (&self.method, call.method.as_str().into()),
            (&self.path, call.path.as_str().into()),
        ])
    }
}

fn object<const N: usize>(members: [(&Value, Value); N]) -> Value {
    let members: BTreeMap<Value, Value> = members.into_iter().map(|(name, value)| (name.clone(), value)).collect();
    members.into()
}
