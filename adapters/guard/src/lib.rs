//! What stands before every server: timeouts, bounded retries, a circuit breaker.
//!
//! An adapter has one [`Guard`] per server and passes every request through it. A request that hangs ends at the
//! timeout; one that may be repeated is tried again after an outage, a little later each time; after several outages
//! on end requests are refused at once, and from time to time one of them tries whether the server is back. Only
//! outages count: a server that answers an error is there. Clients that block run in [`Threads`]. Every attempt is a span of
//! the request's trace.
//!
//! ```
//! use somabrain_guard::{Config, Guard, Outage, Refused, Repeat};
//!
//! enum Error {
//!     Unreachable,
//!     Mistake,
//! }
//!
//! impl Outage for Error {
//!     fn is_outage(&self) -> bool {
//!         matches!(self, Self::Unreachable)
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let guard = Guard::new("redis", Config::default());
//! let answer: Result<u8, Refused<Error>> = guard.run(Repeat::Idempotent, || async { Ok(7) }).await;
//! assert!(matches!(answer, Ok(7)));
//! # });
//! ```

mod breaker;
mod guard;
mod threads;

pub use guard::{Config, Guard, Outage, Refused, Repeat};
pub use threads::{Gone, ThreadPlace, Threads};
