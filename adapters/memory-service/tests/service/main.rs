//! What client and server promise beyond the port: tokens, limits, outages, exact numbers, the document.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

mod builders;
mod document;
mod exact;
mod outage;
mod refusal;
mod versions;
mod watching;
