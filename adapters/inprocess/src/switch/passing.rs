//! What is asked on the way, behind a switch: working memory, encoder, policy, admission, events.

use std::sync::Arc;

use application::ports::admission::{Admission, Asked, Verdict};
use application::ports::encoder::Encoder;
use application::ports::error::PortError;
use application::ports::events::{Event, Events};
use application::ports::policy::{Decision, Policy, Question};
use application::ports::working::{Admitted, Forget, Held, Trace, WorkingMemory};
use domain::encoding::{EncoderId, Encoding};
use domain::memory::{Memory, MemoryId};
use domain::tenant::{Label, Tenant};
use domain::time::Timestamp;
use uuid::Uuid;

use super::Switch;

impl<T: WorkingMemory> WorkingMemory for Switch<T> {
    async fn admit(
        &self,
        tenant: &Tenant,
        session: &Label,
        memories: &[Arc<Memory>],
        now: Timestamp,
    ) -> Result<Vec<Admitted>, PortError> {
        self.reach("working", "admit")?.admit(tenant, session, memories, now).await
    }

    async fn held(&self, tenant: &Tenant, session: &Label, now: Timestamp) -> Result<Vec<Held>, PortError> {
        self.reach("working", "tell what is held")?.held(tenant, session, now).await
    }

    async fn touch(&self, tenant: &Tenant, session: &Label, ids: &[MemoryId], now: Timestamp) -> Result<(), PortError> {
        self.reach("working", "touch")?.touch(tenant, session, ids, now).await
    }

    async fn forget(&self, tenant: &Tenant, what: Forget<'_>) -> Result<(), PortError> {
        self.reach("working", "forget")?.forget(tenant, what).await
    }

    async fn end(&self, tenant: &Tenant, session: &Label, now: Timestamp) -> Result<usize, PortError> {
        self.reach("working", "end a session")?.end(tenant, session, now).await
    }

    async fn note_recall(&self, tenant: &Tenant, trace: Trace, now: Timestamp) -> Result<(), PortError> {
        self.reach("working", "note a recall")?.note_recall(tenant, trace, now).await
    }

    async fn recall_trace(&self, tenant: &Tenant, recall: Uuid, now: Timestamp) -> Result<Option<Trace>, PortError> {
        self.reach("working", "tell what a recall answered")?.recall_trace(tenant, recall, now).await
    }
}

impl<T: Encoder> Encoder for Switch<T> {
    fn id(&self) -> &EncoderId {
        (**self).id()
    }

    fn dimensions(&self) -> usize {
        (**self).dimensions()
    }

    async fn encode(&self, texts: &[&str]) -> Result<Vec<Option<Encoding>>, PortError> {
        self.reach("encoder", "encode texts")?.encode(texts).await
    }

    async fn encode_query(&self, text: &str) -> Result<Option<Encoding>, PortError> {
        self.reach("encoder", "encode a query")?.encode_query(text).await
    }
}

impl<T: Policy> Policy for Switch<T> {
    async fn decide(&self, question: &Question<'_>) -> Result<Decision, PortError> {
        self.reach("policy", "decide")?.decide(question).await
    }
}

impl<T: Admission> Admission for Switch<T> {
    async fn admit(&self, tenant: &Tenant, asked: Asked, now: Timestamp) -> Result<Verdict, PortError> {
        self.reach("admission", "ask")?.admit(tenant, asked, now).await
    }
}

impl<T: Events> Events for Switch<T> {
    async fn publish(&self, events: &[Event]) -> Result<(), PortError> {
        self.reach("events", "publish")?.publish(events).await
    }
}
