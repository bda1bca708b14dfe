//! The HTTP API: JSON over HTTP by poem-openapi, in front of a [`Brain`](application::brain::Brain).
//!
//! A request passes the [`front`], is read by the handler of its resource into a command or query, and the answer
//! becomes JSON again; whatever goes wrong becomes a [`problem::Problem`]. Only this crate knows HTTP and the JSON of
//! the API.
//!
//! ```
//! use application::brain::{Brain, Settings};
//! use somabrain_http::{Config, api};
//! use somabrain_inprocess::InProcess;
//!
//! let brain = Brain::new(InProcess::new(), Settings::default());
//! let config = Config::development("127.0.0.1:9696".parse().unwrap(), [7; 32]);
//! let (endpoint, stopping) = api(brain, config);
//! ```

mod api;
mod audit;
mod authentication;
pub mod config;
mod connection;
pub mod cursor;
mod density;
mod either;
mod export;
mod feedback;
pub mod front;
mod headers;
pub mod json;
mod links;
mod list;
mod local;
mod maintenance;
mod memories;
mod mermaid;
mod namespaces;
mod object;
mod operations;
mod plan;
pub mod problem;
mod query;
mod recall;
mod remember;
pub mod routes;
mod serve;
mod sessions;
mod shares;
pub mod wire;

pub use api::{api, openapi_document};
pub use config::{Config, Limits, Mode};
pub use front::Stopping;
pub use local::{Answered, Local};
/// The methods of requests.
pub use poem::http::Method;
pub use serve::serve;
