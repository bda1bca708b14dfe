//! Adapters that live in the process: the embedded profile's working memory, admission, event log and clock, and a
//! whole bundle without disk or server for stories.
//!
//! ```
//! use application::brain::{Brain, Settings};
//! use application::ports::Ports;
//! use somabrain_inprocess::InProcess;
//!
//! let brain = Brain::new(InProcess::new(), Settings::default());
//! // whatever could be a server can be switched off:
//! brain.ports().working().off();
//! ```

pub mod admission;
mod bundle;
mod counters;
mod events;
mod hashed_words;
mod hold;
mod own_tenant;
mod switch;
mod system;
mod tokens;
mod traces;
mod volatile;
pub mod working;

pub use admission::RateLimit;
pub use bundle::InProcess;
pub use counters::Counters;
pub use events::EventLog;
pub use hashed_words::HashedWords;
pub use hold::Hold;
pub use own_tenant::OwnTenant;
pub use switch::Switch;
pub use system::{ManualClock, SystemClock};
pub use tokens::Tokens;
pub use volatile::Volatile;
pub use working::SessionMemory;
