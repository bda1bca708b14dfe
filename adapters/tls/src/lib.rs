//! Whom TLS trusts, and who this service is to others: what every adapter with a wire needs of it.
//!
//! All of it is rustls with the cryptography of ring, named wherever it is used, so that no default of the process is
//! needed or heeded.
//!
//! ```no_run
//! use std::path::Path;
//! use somabrain_tls::{Roots, Verification};
//!
//! let private = Roots::read(Path::new("/etc/somabrain/ca.pem"))?;
//! let everything_checked = private.client(Verification::Full);
//! let the_public_internet = Roots::mozilla().client(Verification::Full);
//! # Ok::<(), somabrain_tls::InvalidRoots>(())
//! ```

mod identity;
mod listener;
mod roots;
mod stream;
mod verification;

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

pub use identity::{Identity, InvalidIdentity};
pub use listener::Listener;
pub use roots::{InvalidRoots, Roots};
pub use rustls::ClientConfig;
pub use stream::Stream;
pub use verification::Verification;

/// The cryptography of everything here.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
