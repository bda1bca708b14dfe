//! Whom outgoing TLS trusts, and who this service is by TLS.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use application::ports::system::System;
use somabrain_inprocess::SystemClock;
use somabrain_tls::{Identity, Roots};

use super::Values;

/// What is set of TLS.
#[derive(Debug, Clone)]
pub(crate) struct Tls {
    /// Whom outgoing connections trust.
    pub roots: Roots,
    /// The files of this service's own certificate and key; `None`: it is spoken to in the clear.
    files: Option<(PathBuf, PathBuf)>,
}

impl Tls {
    /// Reads whom to trust; the service's own files are read by those who serve.
    pub(super) fn read(values: &Values<'_>) -> Result<Self> {
        let roots = match values.text("tls_ca_path") {
            None => Roots::mozilla(),
            Some(file) => Roots::read(Path::new(file)).context("SOMABRAIN_TLS_CA_PATH cannot be used")?,
        };
        let files = match (values.text("tls_cert_path"), values.text("tls_key_path")) {
            (None, None) => None,
            (Some(chain), Some(key)) => Some((chain.into(), key.into())),
            (Some(_), None) => {
                bail!("SOMABRAIN_TLS_CERT_PATH needs the key of its certificate: set SOMABRAIN_TLS_KEY_PATH")
            }
            (None, Some(_)) => {
                bail!("SOMABRAIN_TLS_KEY_PATH needs the certificate of its key: set SOMABRAIN_TLS_CERT_PATH")
            }
        };
        Ok(Self { roots, files })
    }

    /// Whether this service is spoken to by TLS.
    pub(crate) fn is_served(&self) -> bool {
        self.files.is_some()
    }

    /// How addresses of this service begin.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.is_served() { "https" } else { "http" }
    }

    /// Who this service is, as its files say.
    pub(crate) fn identity(&self) -> Result<Option<Arc<Identity>>> {
        let Some((chain, key)) = &self.files else { return Ok(None) };
        let identity = Identity::read(chain, key, SystemClock.now());
        let identity = identity.context("SOMABRAIN_TLS_CERT_PATH and SOMABRAIN_TLS_KEY_PATH cannot be used")?;
        Ok(Some(Arc::new(identity)))
    }
}
