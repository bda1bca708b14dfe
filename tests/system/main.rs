//! Tests of the whole: the dependency rule, the command line, the measurements, crashes. They run the program as its users do.

mod architecture;
mod archive;
mod attacks;
mod attacks_embedded;
mod backups;
mod commands;
mod crash;
mod damage;
mod encoders;
#[path = "../../adapters/embeddings/tests/wire/server.rs"]
#[expect(clippy::unwrap_used, dead_code, reason = "it is the adapter's own, whose tests ask more of it")]
mod endpoint;
mod files;
mod greedy;
mod guarded;
mod https;
mod isolation;
mod isolation_embedded;
mod logs;
mod maintenance;
mod patients;
mod planning;
mod quality;
mod quarantine;
mod server;
mod stopping;
mod tampering;
