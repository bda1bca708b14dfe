//! Tests of the networked profile as a whole, on real servers that they start themselves.

mod archiving;
mod attacks;
mod attacks_networked;
mod backed_up;
mod checks;
mod collector;
mod density;
mod doctor;
#[path = "../../adapters/embeddings/tests/wire/server.rs"]
#[expect(clippy::unwrap_used, dead_code, reason = "it is the adapter's own, whose tests ask more of it")]
mod endpoint;
mod failover;
mod isolation;
mod isolation_networked;
mod journeys;
mod load;
mod outages;
mod outbox;
mod protected;
mod proxy;
mod rebuilding;
mod replicas;
mod rolling;
mod selector;
mod server;
mod stack;
mod switching;
mod tampered;
mod tracing;
