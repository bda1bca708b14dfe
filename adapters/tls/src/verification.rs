//! How much of a server's certificate is checked.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// How much of a server's certificate is checked; that the server has its key is checked always.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// That an authority vouches for it, and that it is in the server's name.
    Full,
    /// That an authority vouches for it, in whatever name.
    Chain,
    /// Nothing: whoever answers is taken for the server. It keeps out those who only listen.
    Nothing,
}

impl Verification {
    /// What checks so much; `None`: what rustls does by itself.
    pub(crate) fn verifier(
        self,
        roots: Arc<RootCertStore>,
        provider: Arc<CryptoProvider>,
    ) -> Option<Arc<dyn ServerCertVerifier>> {
        let chain = match self {
            Self::Full => return None,
            Self::Nothing => None,
            Self::Chain => {
                let builder = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider));
                Some(builder.build().expect("there are authorities, and no lists of what they have revoked"))
            }
        };
        Some(Arc::new(Lenient { chain, provider }))
    }
}

/// Checks the chain, or nothing.
#[derive(Debug)]
struct Lenient {
    chain: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        // The name is checked last, so that everything else was right where it is wrong.
        match chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
