//! OPA asked over HTTP, by a server that answers what a test wants.
#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

mod caching;
mod exchange;
mod outage;
mod question;
mod server;
