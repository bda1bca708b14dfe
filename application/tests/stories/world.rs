//! A brain on adapters in the process, and somebody who calls it.

use std::sync::Arc;
use std::time::Duration;

use application::brain::{Brain, Settings};
use application::call::{Call, Caller};
use application::ports::Ports;
use application::ports::ledger::Selection;
use application::ports::system::System;
use application::use_cases::erase::{Erase, Receipt};
use application::use_cases::plan::{MakePlan, Planned};
use application::use_cases::read::{Read, ReadError};
use application::use_cases::recall::{Recall, Recalled};
use application::use_cases::remember::{Draft, Remember, Remembered, RememberedMemory};
use domain::memory::{Memory, MemoryId, MemoryText, Origin};
use domain::tenant::{Label, Namespace, Tenant};
use domain::time::Timestamp;
use somabrain_inprocess::InProcess;
use uuid::Uuid;

pub(crate) struct World {
    pub(crate) brain: Brain<InProcess>,
    pub(crate) ada: Call,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::on(InProcess::new())
    }

    pub(crate) fn on(ports: InProcess) -> Self {
        Self { brain: Brain::new(ports, Settings::default()), ada: call("acme") }
    }

    pub(crate) fn ports(&self) -> &InProcess {
        self.brain.ports()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.ports().system().now()
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.ports().system().advance(Duration::from_secs(seconds));
    }

    pub(crate) async fn remember(&self, drafts: Vec<Draft>) -> Remembered {
        self.brain.remember(&self.ada, Remember { memories: drafts, key: None }).await.unwrap()
    }

    /// Stores one memory.
    pub(crate) async fn keep(&self, draft: Draft) -> RememberedMemory {
        self.remember(vec![draft]).await.memories.remove(0)
    }

    /// Stores a plain text and answers its id.
    pub(crate) async fn say(&self, text: &str) -> MemoryId {
        self.keep(draft(text)).await.memory.id
    }

    pub(crate) async fn recall(&self, query: Recall) -> Recalled {
        self.brain.recall(&self.ada, query).await.unwrap()
    }

    /// What a plain query finds, the best first.
    pub(crate) async fn ask(&self, query: &str) -> Vec<String> {
        contents(&self.recall(Recall::new(text(query))).await)
    }

    pub(crate) async fn erase(&self, selection: Selection) -> Receipt {
        self.brain.erase(&self.ada, Erase { selection }).await.unwrap()
    }

    pub(crate) async fn read(&self, id: MemoryId) -> Result<Arc<Memory>, ReadError> {
        self.brain.read(&self.ada, Read { id }).await
    }
}

/// A call of a tenant's writer.
pub(crate) fn call(tenant: &str) -> Call {
    let tenant = Tenant::try_new(tenant).unwrap();
    Call {
        caller: Caller { tenant, subject: "ada".into(), roles: vec!["writer".into()] },
        request_id: "request-1".into(),
        method: "POST".into(),
        path: "/remember".into(),
        traceparent: None,
    }
}

pub(crate) fn text(text: &str) -> MemoryText {
    MemoryText::try_new(text).unwrap()
}

pub(crate) fn label(text: &str) -> Label {
    Label::try_new(text).unwrap()
}

pub(crate) fn own_id(number: u128) -> MemoryId {
    MemoryId(Uuid::from_u128(number))
}

pub(crate) fn draft(content: &str) -> Draft {
    Draft::new(text(content))
}

/// Said in a session.
pub(crate) fn draft_in(session: &str, content: &str) -> Draft {
    let origin = Origin { session: Some(label(session)), ..Origin::default() };
    Draft { origin, ..draft(content) }
}

pub(crate) fn contents(recalled: &Recalled) -> Vec<String> {
    recalled.memories.iter().map(|one| one.memory.content.as_str().to_owned()).collect()
}

/// A plan as the API asks for one where nobody says more.
pub(crate) fn make_plan(goal: &str, context: &[&str]) -> MakePlan {
    MakePlan {
        goal: text(goal),
        context: context.iter().map(|fact| text(fact)).collect(),
        namespace: Namespace::default(),
        session: None,
        max_steps: 12,
        alternatives: 0,
        time_budget: None,
    }
}

pub(crate) fn actions(planned: &Planned) -> Vec<&str> {
    planned.plan.steps.iter().map(|step| step.action.as_str()).collect()
}
