//! Targets for fuzzing: everything that reads what others wrote. Under `cargo test` each replays its corpus and tries new
//! inputs for a second; `.ci/fuzz SECONDS` lets libFuzzer look for inputs that reach new code.
//!
//! An input is bytes. Most targets read them as choices (see `choices.rs`), so that few bytes make a request of the right
//! shape, and some as they stand.

mod bodies;
mod choices;
mod cursors;
mod filters;
mod json;
mod pddl;
mod policy;
mod service;
mod table;
mod tokens;
