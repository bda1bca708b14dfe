//! What the adapter promises beyond the ports, against the real server: the domain's laws in Lua, keys that expire,
//! replicas that share, outages and losses.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

mod builders;
mod fresh;
mod keys;
mod laws;
mod outages;
mod replicas;
