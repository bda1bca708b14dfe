//! What callers live through, on adapters in the process.

#![expect(clippy::unwrap_used, reason = "what a story is about must not fail before it begins")]

mod admission;
mod delivering;
mod density;
mod erasing;
mod failover;
mod feedback;
mod health;
mod maintenance;
mod observing;
mod outages;
mod permission;
mod planning;
mod planning_by_procedures;
mod planning_by_sentences;
mod recalling;
mod reencoding;
mod remembering;
mod sessions;
mod traces;
mod world;
