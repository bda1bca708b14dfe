//! Public keys in PEM form (RFC 7468), as the bytes that biscuit wants: PKCS #1 for RSA, the bare point for P-256.

use data_encoding::BASE64;

use crate::keys::InvalidKey;

/// A key without its wrapping.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PublicKey {
    /// `RSAPublicKey` of PKCS #1, DER.
    Rsa(Vec<u8>),
    /// An uncompressed point: 4, x, y.
    P256(Vec<u8>),
}

/// AlgorithmIdentifier of rsaEncryption, without its tag and length: its object identifier and NULL.
const RSA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
/// AlgorithmIdentifier of id-ecPublicKey over prime256v1, likewise.
const P256: &[u8] =
    &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
/// Least bytes of an RSA modulus, its leading zero not counted.
const MODULUS: usize = 256;

/// Every public key in the text; at least one, and nothing else.
pub(crate) fn public_keys(text: &str) -> Result<Vec<PublicKey>, InvalidKey> {
    let mut keys = Vec::new();
    for block in text.split("-----BEGIN ").skip(1) {
        let (label, rest) = block.split_once("-----").ok_or(InvalidKey::NoPem)?;
        let (body, _) = rest.split_once("-----END ").ok_or(InvalidKey::NoPem)?;
        let body: String = body.split_whitespace().collect();
        let der = BASE64.decode(body.as_bytes()).map_err(|_| InvalidKey::NoPem)?;
        keys.push(match label {
            "PUBLIC KEY" => wrapped(&der).ok_or(InvalidKey::Kind)?,
            "RSA PUBLIC KEY" => rsa(&der).ok_or(InvalidKey::Kind)?,
            other => return Err(InvalidKey::OtherPem(other.to_lowercase())),
        });
    }
    if keys.is_empty() { Err(InvalidKey::NoPem) } else { Ok(keys) }
}

/// SubjectPublicKeyInfo (RFC 5280): the algorithm and the key as a bit string.
fn wrapped(der: &[u8]) -> Option<PublicKey> {
    let (info, _) = element(der, SEQUENCE)?;
    let (algorithm, rest) = element(info, SEQUENCE)?;
    let (bits, _) = element(rest, BIT_STRING)?;
    let key = bits.strip_prefix(&[0])?;
    match algorithm {
        RSA => rsa(key),
        P256 if key.len() == 65 && key[0] == 4 => Some(PublicKey::P256(key.to_vec())),
        _ => None,
    }
}

/// `RSAPublicKey`: modulus and exponent.
fn rsa(der: &[u8]) -> Option<PublicKey> {
    let (numbers, _) = element(der, SEQUENCE)?;
    let (modulus, rest) = element(numbers, INTEGER)?;
    element(rest, INTEGER)?;
    let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    (modulus.len() >= MODULUS).then(|| PublicKey::Rsa(der.to_vec()))
}

/// The content of the first DER element, if it has this tag, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81 | 0x82 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (bytes.iter().fold(0, |length, &byte| length << 8 | usize::from(byte)), rest)
        }
        _ => return None,
    };
    (found == tag).then(|| rest.split_at_checked(length))?
}
