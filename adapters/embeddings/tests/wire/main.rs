//! An embeddings endpoint over HTTP, which answers as a test wants.
#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

mod by_tls;
mod exchange;
mod outage;
mod promises;
mod refusal;
mod server;
