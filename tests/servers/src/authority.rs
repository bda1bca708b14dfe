//! A throw-away authority, which certifies whomever a test says.
//!
//! ```
//! use somabrain_servers::authority::Authority;
//!
//! let authority = Authority::new()?;
//! let service = authority.certify(&["localhost", "127.0.0.1"])?;
//! assert!(std::fs::read_to_string(service.chain())?.starts_with("-----BEGIN CERTIFICATE-----"));
//! # Ok::<(), std::io::Error>(())
//! ```

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd};
use tempfile::TempDir;

/// An authority whose folder holds its certificate and whatever it has certified; gone when it is dropped.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    folder: TempDir,
    certified: AtomicU32,
}

/// The files of one who was certified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certified {
    chain: PathBuf,
    key: PathBuf,
}

impl Authority {
    /// A new one, which nobody knows.
    ///
    /// # Errors
    /// A file could not be written.
    pub fn new() -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let folder = tempfile::Builder::new().permissions(Permissions::from_mode(0o755)).tempdir()?;
        let mut params = CertificateParams::default();
        // Two of the same name could be taken for each other, until a signature does not fit.
        let nth = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("authority {nth} of the tests of process {}", std::process::id());
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = params.self_signed(&key).map_err(io::Error::other)?;
        fs::write(folder.path().join("ca.pem"), certificate.pem())?;
        Ok(Self { issuer: Issuer::new(params, key), folder, certified: AtomicU32::new(0) })
    }

    /// The file of its own certificate.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Certifies a key made for that, in these names and addresses.
    ///
    /// # Errors
    /// A name is none, or a file could not be written.
    pub fn certify(&self, names: &[&str]) -> io::Result<Certified> {
        self.certify_until(names, 4096)
    }

    /// The same until a year begins, which may lie in the past.
    ///
    /// # Errors
    /// A name is none, or a file could not be written.
    pub fn certify_until(&self, names: &[&str], year: i32) -> io::Result<Certified> {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
        params.distinguished_name.push(DnType::CommonName, "a service of tests");
        params.use_authority_key_identifier_extension = true;
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(io::Error::other)?;
        let nth = self.certified.fetch_add(1, Ordering::Relaxed);
        let file = |end: &str| self.folder.path().join(format!("{nth}.{end}"));
        let certified = Certified { chain: file("crt"), key: file("key") };
        fs::write(&certified.chain, certificate.pem())?;
        fs::write(&certified.key, key.serialize_pem())?;
        Ok(certified)
    }
}

impl Certified {
    /// The file of the certificate, in PEM.
    pub fn chain(&self) -> &Path {
        &self.chain
    }

    /// The file of its private key, in PEM.
    pub fn key(&self) -> &Path {
        &self.key
    }
}
