//! Working memory, shared by all replicas: one hash a session, and a list of its sessions a tenant.
//!
//! A script keeps `domain::working::admission::Focus`'s laws; what it ranks by (salience but for recency, which only
//! `now` decides) is reckoned here, by the domain, when a memory is offered.

use std::sync::Arc;

use application::ports::error::PortError;
use application::ports::working::{Admitted, Forget, Held, Trace, WorkingMemory};
use domain::memory::{Memory, MemoryId};
use domain::tenant::{Label, Tenant};
use domain::time::Timestamp;
use domain::working::salience::{HALF_LIFE, RECENCY, recency, salience};
use somabrain_guard::{Refused, Repeat};
use uuid::Uuid;

use crate::Redis;
use crate::error::{Error, failure};

/// The port's name in errors.
const PORT: &str = "working";
/// Sessions that one step of a scan finds.
const STEP: usize = 1000;

impl WorkingMemory for Redis {
    /// One script, sent once: after an outage nobody knows what had to go.
    async fn admit(
        &self,
        tenant: &Tenant,
        session: &Label,
        memories: &[Arc<Memory>],
        now: Timestamp,
    ) -> Result<Vec<Admitted>, PortError> {
        if memories.is_empty() {
            return Ok(Vec::new());
        }
        let mut arguments = self.moment(now);
        arguments.extend([text(self.size), text(RECENCY), text(HALF_LIFE.as_secs_f64())]);
        arguments.extend(memories.iter().flat_map(|memory| offered(memory)));
        let keys = self.of_session(tenant, session);
        let answers = self.server.run(Repeat::Once, &self.scripts.admit, &keys.each(), &arguments).await;
        answers.and_then(admitted).map_err(failure(PORT, "admit memories"))
    }

    /// One script that writes nothing. A record that this version cannot read is passed over: nothing is lost by that.
    async fn held(&self, tenant: &Tenant, session: &Label, now: Timestamp) -> Result<Vec<Held>, PortError> {
        let keys = self.of_session(tenant, session);
        let arguments = self.moment(now);
        let found = self.server.run(Repeat::Idempotent, &self.scripts.held, &keys.each(), &arguments).await;
        let found: Vec<(i64, Vec<u8>)> = found.map_err(failure(PORT, "read what is held"))?;
        let mut held: Vec<Held> =
            found.into_iter().filter_map(|(used, record)| self.entry(used, &record, now)).collect();
        held.sort_by(|a, b| {
            let salience = b.salience.total_cmp(&a.salience);
            salience.then(b.last_used.cmp(&a.last_used)).then(b.memory.id.cmp(&a.memory.id))
        });
        Ok(held)
    }

    /// One script.
    async fn touch(&self, tenant: &Tenant, session: &Label, ids: &[MemoryId], now: Timestamp) -> Result<(), PortError> {
        if ids.is_empty() {
            return Ok(());
        }
        let mut arguments = self.moment(now);
        arguments.extend(ids.iter().map(text));
        let keys = self.of_session(tenant, session);
        let touched = self.server.run(Repeat::Idempotent, &self.scripts.touch, &keys.each(), &arguments).await;
        touched.map(|_: i64| ()).map_err(failure(PORT, "touch memories"))
    }

    /// One script a session of the tenant, one after the other: atomic in each of them, not over all. They are found in the
    /// tenant's list, a thousand a step; what is not listed holds nothing, so that a list that vanished hides nothing.
    async fn forget(&self, tenant: &Tenant, what: Forget<'_>) -> Result<(), PortError> {
        let arguments: Vec<Vec<u8>> = match what {
            Forget::Memories([]) => return Ok(()),
            Forget::Memories(ids) => std::iter::once("memories".into()).chain(ids.iter().map(text)).collect(),
            Forget::Namespace(name) => vec!["namespace".into(), text(name)],
        };
        let list = self.keys.sessions(tenant);
        let mut cursor = 0;
        loop {
            let mut scan = redis::cmd("ZSCAN");
            scan.arg(&list).arg(cursor).arg("COUNT").arg(STEP);
            let found = self.server.ask(&scan).await;
            let (next, listed): (u64, Listed) = found.map_err(failure(PORT, "find the sessions"))?;
            for (key, _) in listed {
                let keys = [&key[..], list.as_bytes()];
                let forgotten = self.server.run(Repeat::Idempotent, &self.scripts.forget, &keys, &arguments).await;
                forgotten.map(|_: i64| ()).map_err(failure(PORT, "forget"))?;
            }
            if next == 0 {
                return Ok(());
            }
            cursor = next;
        }
    }

    /// One script. If it had to be repeated because its answer was lost, the answer is 0.
    async fn end(&self, tenant: &Tenant, session: &Label, now: Timestamp) -> Result<usize, PortError> {
        let keys = self.of_session(tenant, session);
        let arguments = self.moment(now);
        let ended = self.server.run(Repeat::Idempotent, &self.scripts.end, &keys.each(), &arguments).await;
        ended.map_err(failure(PORT, "end a session"))
    }

    /// One SET.
    async fn note_recall(&self, tenant: &Tenant, trace: Trace, now: Timestamp) -> Result<(), PortError> {
        self.keep_trace(tenant, &trace, now).await.map_err(failure(PORT, "note a recall"))
    }

    /// One GET. A record that this version cannot read is passed over.
    async fn recall_trace(&self, tenant: &Tenant, recall: Uuid, now: Timestamp) -> Result<Option<Trace>, PortError> {
        self.find_trace(tenant, recall, now).await.map_err(failure(PORT, "tell what a recall answered"))
    }
}

/// Sessions' keys, each with the moment at which it expires.
type Listed = Vec<(Vec<u8>, Vec<u8>)>;

/// The keys of one session: its own and its list's.
struct SessionKeys(String, String);

impl SessionKeys {
    fn each(&self) -> [&[u8]; 2] {
        [self.0.as_bytes(), self.1.as_bytes()]
    }
}

impl Redis {
    /// The keys that every script of a session is given: its own, and that of the list that it stands in.
    fn of_session(&self, tenant: &Tenant, session: &Label) -> SessionKeys {
        SessionKeys(self.keys.session(tenant, session), self.keys.sessions(tenant))
    }

    /// What every script of a session is told first: now and the time to live.
    fn moment(&self, now: Timestamp) -> Vec<Vec<u8>> {
        vec![text(now.micros()), text(self.ttl)]
    }

    fn entry(&self, used: i64, record: &[u8], now: Timestamp) -> Option<Held> {
        let memory = std::str::from_utf8(record).ok().and_then(|record| {
            let read = somabrain_record::from_json(record);
            read.inspect_err(|error| tracing::warn!(%error, "a record in working memory could not be read")).ok()
        })?;
        let last_used = moment(used);
        let idle = moment(used.saturating_add(self.ttl));
        let expires = memory.times.expires.map_or(idle, |end| end.min(idle));
        let salience = salience(memory.importance, memory.novelty, recency(last_used, now));
        Some(Held { memory: Arc::new(memory), salience, last_used, expires })
    }
}

fn moment(micros: i64) -> Timestamp {
    let within = micros.clamp(Timestamp::MIN.micros(), Timestamp::MAX.micros());
    Timestamp::from_micros(within).expect("held within the range")
}

/// What the script is told of one memory.
fn offered(memory: &Memory) -> [Vec<u8>; 5] {
    let base = salience(memory.importance, memory.novelty, 0.0);
    let end = memory.times.expires.map_or_else(Vec::new, |end| text(end.micros()));
    let record = somabrain_record::to_json(memory).into_bytes();
    [text(memory.id), text(base), end, text(&memory.namespace), record]
}

fn text(value: impl ToString) -> Vec<u8> {
    value.to_string().into_bytes()
}

fn admitted(answers: Vec<(bool, Vec<String>)>) -> Result<Vec<Admitted>, Refused<Error>> {
    let admitted = answers.into_iter().map(|(admitted, evicted)| {
        let evicted = evicted.into_iter().map(id).collect::<Result<_, _>>()?;
        Ok(Admitted { admitted, evicted })
    });
    admitted.collect::<Result<_, _>>().map_err(Refused::Failed)
}

fn id(text: String) -> Result<MemoryId, Error> {
    Uuid::parse_str(&text).map(MemoryId).map_err(|_| Error::Id(text))
}
