//! Where a server is, and how connections to it are protected.

use std::path::Path;

use somabrain_tls::{Roots, Verification};
use tokio_postgres::config::{Host, SslMode, SslNegotiation};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::dsn::{InvalidDsn, Parts, Protection};

/// A DSN, understood: its files are read.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) server: tokio_postgres::Config,
    pub(crate) tls: MakeRustlsConnect,
}

impl Address {
    /// Reads it; `roots` hold where it names none itself.
    pub(crate) fn read(dsn: &str, roots: &Roots) -> Result<Self, InvalidDsn> {
        let parts = Parts::of(dsn);
        let protection = parts.protection()?;
        let mut server: tokio_postgres::Config =
            parts.rest.parse().map_err(|error: tokio_postgres::Error| InvalidDsn::Form(error.into()))?;
        server.ssl_mode(mode(protection, &server));
        let roots = match parts.roots.as_deref() {
            None => roots.clone(),
            Some("system") => Roots::mozilla(),
            Some(file) => Roots::read(Path::new(file))?,
        };
        let mut client = roots.client(verification(protection));
        if server.get_ssl_negotiation() == SslNegotiation::Direct {
            client.alpn_protocols = vec![b"postgresql".to_vec()];
        }
        Ok(Self { server, tls: MakeRustlsConnect::new(client) })
    }
}

/// How connections by a DSN are protected, or why there are none.
pub fn protection(dsn: &str, roots: &Roots) -> Result<Protection, InvalidDsn> {
    Address::read(dsn, roots)?;
    Parts::of(dsn).protection()
}

fn mode(protection: Protection, server: &tokio_postgres::Config) -> SslMode {
    // A socket of this machine has no TLS, and libpq asks for none there.
    if server.get_hosts().iter().all(|host| matches!(host, Host::Unix(_))) && !server.get_hosts().is_empty() {
        return SslMode::Disable;
    }
    match protection {
        Protection::Disable => SslMode::Disable,
        Protection::Prefer => SslMode::Prefer,
        Protection::Require | Protection::VerifyCa | Protection::VerifyFull => SslMode::Require,
    }
}

fn verification(protection: Protection) -> Verification {
    match protection {
        Protection::Disable | Protection::Prefer | Protection::Require => Verification::Nothing,
        Protection::VerifyCa => Verification::Chain,
        Protection::VerifyFull => Verification::Full,
    }
}
