//! What the adapter promises beyond the ports: opening, damage, groups, residue, audit, restart.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

mod apply;
mod audit;
mod backup;
mod builders;
mod damage;
mod density;
mod erasure;
mod group_commit;
mod idempotency;
mod maintenance;
mod naming;
mod open;
mod outbox;
mod reencoding;
mod restart;
