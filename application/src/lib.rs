//! Use cases and the ports they need.
//!
//! A request comes in as a [`call::Call`] with a command or query, passes the gate (the policy), and is done by one
//! module of [`use_cases`], which talks to the outside through [`ports`] only. What goes on beside requests is in
//! [`work`].
//!
//! To add a port: a file in `ports/` with its obligations, a line in [`ports::Ports`], a suite in `tests/contract`, an
//! adapter that passes it. To add a use case: a file in `use_cases/`, a method of [`brain::Brain`], a story in `tests/`.

pub mod brain;
pub mod call;
mod gate;
mod lessons;
pub mod ports;
mod probes;
pub mod quotas;
pub mod stages;
pub mod trace;
pub mod use_cases;
pub mod work;

pub use gate::Forbidden;
