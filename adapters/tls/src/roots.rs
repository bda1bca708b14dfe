//! Whom outgoing connections trust.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;

use crate::provider;
use crate::verification::Verification;

/// The authorities that servers must be certified by: those of a file, or those that Mozilla trusts. Cloning shares it.
#[derive(Clone, Default)]
pub struct Roots(Option<Arc<Given>>);

/// The authorities of a file.
struct Given {
    pem: Vec<u8>,
    certificates: Vec<CertificateDer<'static>>,
}

/// A file that names no authorities.
#[derive(Debug, Error)]
pub enum InvalidRoots {
    /// It cannot be read.
    #[error("could not read the file {}", file.display())]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is none in it.
    #[error("the file {} has no certificate: it must hold those of the authorities, in PEM", .0.display())]
    Empty(PathBuf),
    /// There is something else in it.
    #[error("the file {} has something that is no certificate of an authority", file.display())]
    Certificate {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Roots {
    /// Those that Mozilla trusts, as they were when this program was built.
    pub fn mozilla() -> Self {
        Self::default()
    }

    /// Those of a file in PEM, and no others.
    pub fn read(file: &Path) -> Result<Self, InvalidRoots> {
        let unreadable = |source| InvalidRoots::Unreadable { file: file.into(), source };
        let pem = std::fs::read(file).map_err(unreadable)?;
        let mut certificates = Vec::new();
        let mut store = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let wrong = |source| InvalidRoots::Certificate { file: file.into(), source };
            let certificate = certificate.map_err(|error| wrong(error.into()))?;
            store.add(certificate.clone()).map_err(|error| wrong(error.into()))?;
            certificates.push(certificate);
        }
        if certificates.is_empty() {
            return Err(InvalidRoots::Empty(file.into()));
        }
        Ok(Self(Some(Arc::new(Given { pem, certificates }))))
    }

    /// How many there are; `None`: Mozilla's.
    pub fn count(&self) -> Option<usize> {
        self.0.as_ref().map(|given| given.certificates.len())
    }

    /// The text of the file, for clients that want it so; `None`: Mozilla's.
    pub fn pem(&self) -> Option<&[u8]> {
        self.0.as_ref().map(|given| given.pem.as_slice())
    }

    /// How a client connects that checks so much.
    pub fn client(&self, verification: Verification) -> ClientConfig {
        let (provider, store) = (provider(), Arc::new(self.store()));
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("ring has what TLS 1.2 and 1.3 need");
        match verification.verifier(Arc::clone(&store), provider) {
            None => builder.with_root_certificates(store).with_no_client_auth(),
            Some(verifier) => builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth(),
        }
    }

    /// How a client that blocks connects, everything checked.
    #[cfg(feature = "ureq")]
    pub fn for_ureq(&self) -> ureq::tls::TlsConfig {
        let builder = ureq::tls::TlsConfig::builder().unversioned_rustls_crypto_provider(provider());
        match &self.0 {
            None => builder.build(),
            Some(given) => {
                let certificates =
                    given.certificates.iter().map(|one| ureq::tls::Certificate::from_der(one).to_owned());
                builder.root_certs(certificates.collect::<Vec<_>>().into()).build()
            }
        }
    }

    fn store(&self) -> RootCertStore {
        let mut store = RootCertStore::empty();
        match &self.0 {
            None => store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            // Each was taken before.
            Some(given) => drop(store.add_parsable_certificates(given.certificates.iter().cloned())),
        }
        store
    }
}

impl PartialEq for Roots {
    fn eq(&self, other: &Self) -> bool {
        self.pem() == other.pem()
    }
}

impl Eq for Roots {}

impl fmt::Debug for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count() {
            None => f.write_str("Roots(mozilla)"),
            Some(count) => write!(f, "Roots({count} of a file)"),
        }
    }
}
