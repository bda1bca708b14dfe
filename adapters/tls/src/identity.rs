//! Who this service is to its clients: a certificate and its key, read from files and read again when they change.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use domain::time::{MICROS, Timestamp};
use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use x509_cert::der::Decode;

use crate::provider;
use crate::stream::Stream;

/// A certificate chain and its key, as two files have them.
pub struct Identity {
    chain: PathBuf,
    key: PathBuf,
    /// What the files had in them when they were read last; `None`: they could not be read.
    seen: Mutex<Option<Contents>>,
    shown: Arc<Shown>,
    acceptor: TlsAcceptor,
}

/// Files with which no service can show who it is.
#[derive(Debug, Error)]
pub enum InvalidIdentity {
    /// One cannot be read.
    #[error("could not read the file {}", file.display())]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no certificate.
    #[error("the file {} has no certificate: it must hold the service's own and those between it and the authority, in PEM", .0.display())]
    NoCertificate(PathBuf),
    /// What is there is none.
    #[error("the file {} has a certificate that cannot be read", file.display())]
    Certificate {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// There is no key.
    #[error("the file {} has no private key: it must hold one in PEM, not encrypted", .0.display())]
    NoKey(PathBuf),
    /// What is there is none.
    #[error("the file {} has a private key that cannot be used: take RSA of 2048 bits or more, ECDSA or Ed25519", file.display())]
    Key {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// They do not belong together.
    #[error("the private key in {} is not that of the certificate in {}", key.display(), chain.display())]
    Strangers {
        /// The file of the certificate.
        chain: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
    /// Its time is over.
    #[error("the certificate in {} has expired at {at}: renew it", file.display())]
    Expired {
        /// Which file.
        file: PathBuf,
        /// When.
        at: Timestamp,
    },
}

#[derive(PartialEq, Eq)]
struct Contents {
    chain: Vec<u8>,
    key: Vec<u8>,
}

/// What clients are shown from now on.
#[derive(Debug)]
struct Shown(RwLock<(Arc<CertifiedKey>, Timestamp)>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).0))
    }
}

impl Identity {
    /// Reads both files; `now` is for certificates whose time is over.
    pub fn read(chain: &Path, key: &Path, now: Timestamp) -> Result<Self, InvalidIdentity> {
        let contents = read(chain, key)?;
        let shown = Arc::new(Shown(RwLock::new(certified(chain, key, &contents, now)?)));
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .expect("ring has what TLS 1.2 and 1.3 need")
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&shown) as Arc<dyn ResolvesServerCert>);
        // Bounds on heads and silence are those of this version.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            chain: chain.into(),
            key: key.into(),
            seen: Mutex::new(Some(contents)),
            shown,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }

    /// Reads the files again. Whether they have something new, which is then shown to whoever connects from now on. What
    /// cannot be used is answered once, as an error, and changes nothing.
    pub fn refresh(&self, now: Timestamp) -> Result<bool, InvalidIdentity> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let contents = match read(&self.chain, &self.key) {
            Ok(contents) if seen.as_ref() == Some(&contents) => return Ok(false),
            Ok(contents) => contents,
            Err(error) => return if seen.take().is_some() { Err(error) } else { Ok(false) },
        };
        let contents = seen.insert(contents);
        let certified = certified(&self.chain, &self.key, contents, now)?;
        *self.shown.0.write().unwrap_or_else(PoisonError::into_inner) = certified;
        Ok(true)
    }

    /// When the certificate that is shown expires.
    pub fn expires(&self) -> Timestamp {
        self.shown.0.read().unwrap_or_else(PoisonError::into_inner).1
    }

    /// A client's connection, which must have ended its handshake within `patience`. Nothing is waited for here.
    pub(crate) fn accept(&self, connection: TcpStream, patience: Duration) -> Stream {
        Stream::opening(self.acceptor.accept(connection), patience)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("chain", &self.chain).field("key", &self.key).finish_non_exhaustive()
    }
}

fn read(chain: &Path, key: &Path) -> Result<Contents, InvalidIdentity> {
    let read =
        |file: &Path| std::fs::read(file).map_err(|source| InvalidIdentity::Unreadable { file: file.into(), source });
    Ok(Contents { chain: read(chain)?, key: read(key)? })
}

fn certified(
    chain_file: &Path,
    key_file: &Path,
    contents: &Contents,
    now: Timestamp,
) -> Result<(Arc<CertifiedKey>, Timestamp), InvalidIdentity> {
    let wrong = |source| InvalidIdentity::Certificate { file: chain_file.into(), source };
    let chain: Result<Vec<CertificateDer<'static>>, _> = CertificateDer::pem_slice_iter(&contents.chain).collect();
    let chain = chain.map_err(|error| wrong(error.into()))?;
    let own = chain.first().ok_or_else(|| InvalidIdentity::NoCertificate(chain_file.into()))?;
    let expires = expiry(own).map_err(|error| wrong(error.into()))?;
    let unusable = |source| InvalidIdentity::Key { file: key_file.into(), source };
    let key = PrivateKeyDer::from_pem_slice(&contents.key).map_err(|error| match error {
        pem::Error::NoItemsFound => InvalidIdentity::NoKey(key_file.into()),
        error => unusable(error.into()),
    })?;
    let certified = CertifiedKey::from_der(chain, key, &provider()).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => {
            InvalidIdentity::Strangers { chain: chain_file.into(), key: key_file.into() }
        }
        rustls::Error::InvalidCertificate(_) => wrong(error.into()),
        error => unusable(error.into()),
    })?;
    if expires <= now {
        return Err(InvalidIdentity::Expired { file: chain_file.into(), at: expires });
    }
    Ok((Arc::new(certified), expires))
}

fn expiry(certificate: &CertificateDer<'_>) -> Result<Timestamp, x509_cert::der::Error> {
    let certificate = x509_cert::Certificate::from_der(certificate)?;
    let seconds = certificate.tbs_certificate.validity.not_after.to_unix_duration().as_secs();
    let micros = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(MICROS);
    Ok(Timestamp::from_micros(micros).unwrap_or(Timestamp::MAX))
}
