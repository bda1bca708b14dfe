//! What these adapters promise.

use application::ports::events::Event;
use domain::tenant::Tenant;
use domain::time::Timestamp;
use somabrain_inprocess::{
    EventLog, HashedWords, ManualClock, RateLimit, SessionMemory, SystemClock, Volatile, working as sessions,
};

fn volatile() -> Volatile {
    Volatile::new(64)
}

fn session_memory() -> SessionMemory {
    let config = sessions::Config { size: contract::working::SIZE, ttl: contract::working::TTL, sessions: 100 };
    SessionMemory::new(config)
}

fn rate_limit() -> RateLimit {
    RateLimit::new(contract::admission::rates())
}

async fn published(log: &EventLog, tenant: &Tenant) -> Vec<Event> {
    log.published().into_iter().filter(|event| event.tenant == *tenant).collect()
}

contract::ledger!(volatile());
contract::trail!(volatile());
contract::long_term!(volatile());
contract::density!(volatile());
contract::working!(session_memory());
contract::admission!(rate_limit());
contract::events!(EventLog::new(1_000), published);
contract::encoder!(HashedWords::new(64));

mod real_clock {
    use super::*;
    contract::system!(SystemClock);
}

mod manual_clock {
    use super::*;
    contract::system!(ManualClock::at(Timestamp::parse("2026-01-01T00:00:00Z").unwrap()));
}
contract::outbox!(Volatile::apart(64));
