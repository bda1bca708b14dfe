//! What every adapter of a port promises: one suite a port, run against each adapter of it.
//!
//! A *case* is a plain `pub async fn` of `&impl Port`, named as the promise that it checks; it asserts outcomes and
//! knows no adapter. A *suite* is a module named after its port, holding the cases and their list:
//!
//! ```text
//! //! Suite of `application::ports::system`.
//! use application::ports::system::System;
//!
//! crate::suite! { ($) system: no_id_comes_twice }
//!
//! /// Ids of one millisecond differ too.
//! pub async fn no_id_comes_twice(system: &impl System) {
//!     assert_ne!(system.new_id(), system.new_id());
//! }
//! ```
//!
//! `suite!` makes the suite's `CASES` and a macro named like the suite. With it an adapter's `tests/contract.rs` gets
//! one `#[tokio::test]` a case, each with an adapter of its own, made by the expression given (which may `.await`), so
//! that a failure names adapter and promise: `somabrain-inprocess::contract system::no_id_comes_twice`.
//!
//! ```text
//! contract::system!(Clock::new());
//! // what must outlive the adapter is given a name first:
//! contract::ledger!(let folder = tempfile::tempdir().unwrap(); Sqlite::open(folder.path()).await.unwrap());
//! // what differs between adapters is an argument, and every case of the suite takes it:
//! contract::authenticator!(jwt(), sign);
//! ```
//!
//! A large suite may keep cases in `ledger/*.rs` and `pub use` them; the list stays in `ledger.rs`. The crate's own
//! test fails if a case is missing from its suite's list. What only some adapters can be asked (an unreachable server)
//! is a function outside the list whose name does not claim to be a case: no `pub async fn` in a suite is uncalled.

/// Makes a suite's list of cases and the macro that runs them against an adapter. Its first argument is always `($)`.
macro_rules! suite {
    (($d:tt) $port:ident: $($case:ident),+ $(,)?) => {
        /// The names of all cases.
        pub const CASES: &[&str] = &[$(stringify!($case)),+];

        /// One test a case, each against the adapter that the expression makes.
        #[macro_export]
        macro_rules! $port {
            (let $d guard:ident = $d value:expr; $d adapter:expr $d(, $d argument:expr)* $d(,)?) => {
                mod $port {
                    use super::*;
                    $(
                        #[tokio::test]
                        async fn $case() {
                            let $d guard = $d value;
                            let adapter = $d adapter;
                            $crate::$port::$case(&adapter $d(, $d argument)*).await;
                        }
                    )+
                }
            };
            ($d adapter:expr $d(, $d argument:expr)* $d(,)?) => {
                $crate::$port! { let _nothing = (); $d adapter $d(, $d argument)* }
            };
        }
    };
}
use suite;

pub mod admission;
pub mod archiving;
pub mod authenticator;
pub mod density;
pub mod encoder;
pub mod events;
pub mod ledger;
pub mod long_term;
mod memories;
pub mod metrics;
pub mod outbox;
pub mod policy;
pub mod system;
pub mod trail;
pub mod working;
