//! The pure model of SomaBrain: memories, encodings, recall, density matrices, plans.
//!
//! Everything here is synchronous and total: no I/O, no clock, no chance, no environment, no wire format. Time, ids
//! and seeds are arguments.
//!
//! ```
//! use domain::index::NamespaceIndex;
//! use domain::memory::Seq;
//! use domain::recall::fuse::Explanation;
//! use std::sync::Arc;
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/builders/memories.rs"));
//! # fn main() {
//!
//! let mut index = NamespaceIndex::new(None);
//! index.put(Seq(1), Arc::new(memory(1, "The spare key hangs behind the boiler")));
//! index.put(Seq(2), Arc::new(memory(2, "Ann's birthday is on 8 May")));
//!
//! let cue = cue("Where are the spare keys?");
//! let best = &index.search(&cue).candidates[0];
//! assert_eq!(best.memory.content.as_str(), "The spare key hangs behind the boiler");
//! let explanation = Explanation::new(&best.signals, &cue.weights);
//! assert!((0.0..=1.0).contains(&explanation.score()));
//! # }
//! ```

pub mod audit;
pub mod density;
pub mod encoding;
pub mod index;
pub mod link;
pub mod memory;
pub mod metadata;
pub mod plan;
pub mod rate;
pub mod recall;
pub mod secrets;
pub mod tenant;
pub mod text;
pub mod time;
pub mod working;
