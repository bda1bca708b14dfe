//! The long-term memory over HTTP: client and server of one wire.
//!
//! [`MemoryService`] is a long-term memory that asks a server; [`server`] serves any long-term memory as one. What
//! travels is JSON in which every number comes back to the last bit; memories are `somabrain_record` records.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use application::ports::long_term::LongTermMemory;
//! use domain::tenant::Tenant;
//! use somabrain_memory_service::{MemoryService, client};
//!
//! let memory = MemoryService::connect(client::Config::new("http://127.0.0.1:9797", "a token of its own"))?;
//! memory.probe().await?;
//! println!("{:?}", memory.position(&Tenant::try_new("acme")?).await?);
//! # Ok(())
//! # }
//! ```

pub mod client;
mod error;
pub mod server;
mod wire;

pub use client::MemoryService;

/// Most entries in one request.
const MOST_ENTRIES: usize = 1000;
/// Most bytes in the body of a request or an answer.
const MOST_BYTES: usize = 64 << 20;
