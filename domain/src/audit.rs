//! The law of the audit chain: every event of a tenant is sealed together with the seal before it, so that none can be
//! changed, removed or put in between without the key; one cut off the end shows against the head kept elsewhere.

mod published;

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;

use crate::tenant::Tenant;
use crate::time::Timestamp;

pub use published::Published;

/// What someone did, or tried to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Whose chain it belongs to.
    pub tenant: Tenant,
    /// Its number in the tenant's chain: 1, 2, 3, …
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who: the authenticated subject.
    pub subject: String,
    /// What was asked: the policy's action.
    pub action: String,
    /// Of what.
    pub resource: String,
    /// How it ended.
    pub outcome: String,
    /// The request that it was part of.
    pub request_id: String,
    /// Whatever else is worth keeping; never a memory's content.
    pub detail: String,
}

impl AuditEvent {
    /// The bytes that are sealed: every text behind its length (eight bytes, big-endian), every number in eight bytes,
    /// big-endian, in the order of the fields. Different events never have the same bytes.
    pub fn canonical(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        put(&mut bytes, self.tenant.as_str());
        bytes.extend(self.number.to_be_bytes());
        bytes.extend(self.at.micros().to_be_bytes());
        for text in [&self.subject, &self.action, &self.resource, &self.outcome, &self.request_id, &self.detail] {
            put(&mut bytes, text);
        }
        bytes
    }
}

/// The key of all chains: 16 bytes or more. Never shown.
#[derive(Clone)]
pub struct AuditKey(Hmac<Sha256>);

/// A key that is too short to protect anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("has {0} bytes, at least 16 are needed")]
pub struct WeakKey(pub usize);

impl AuditKey {
    /// Fewest bytes.
    pub const LEAST: usize = 16;

    /// Takes the secret's bytes.
    pub fn try_new(secret: &[u8]) -> Result<Self, WeakKey> {
        if secret.len() < Self::LEAST {
            return Err(WeakKey(secret.len()));
        }
        Ok(Self(Hmac::new_from_slice(secret).map_err(|_| WeakKey(secret.len()))?))
    }

    fn of(&self, parts: [&[u8]; 3]) -> Hmac<Sha256> {
        parts.iter().fold(self.0.clone(), |mac, part| mac.chain_update(part))
    }
}

impl fmt::Debug for AuditKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditKey(***)")
    }
}

/// The seal of an event and of all before it: HMAC-SHA-256 (RFC 2104), 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Seal(pub [u8; 32]);

impl Seal {
    /// The seal that 64 hexadecimal digits stand for.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let digits: Vec<u32> = text.chars().map(|digit| digit.to_digit(16)).collect::<Option<_>>()?;
        if digits.len() != 2 * bytes.len() {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = u8::try_from(pair[0] << 4 | pair[1]).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Seal {
    /// 64 lowercase hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seal({self})")
    }
}

/// What stands before a tenant's first event.
pub fn genesis(key: &AuditKey, tenant: &Tenant) -> Seal {
    Seal(key.of([GENESIS, tenant.as_str().as_bytes(), &[]]).finalize().into_bytes().into())
}

/// The seal of `event` after `previous`.
pub fn seal(key: &AuditKey, previous: &Seal, event: &AuditEvent) -> Seal {
    Seal(key.of([LINK, &previous.0, &event.canonical()]).finalize().into_bytes().into())
}

/// Where a chain ends: kept apart from it, so that a cut end shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The number of the last event; 0 before the first.
    pub number: u64,
    /// Its seal.
    pub seal: Seal,
}

impl Head {
    /// The head of a tenant's empty chain.
    pub fn genesis(key: &AuditKey, tenant: &Tenant) -> Self {
        Self { number: 0, seal: genesis(key, tenant) }
    }
}

/// The first place where a chain is not what was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("audit event {number} {why}")]
pub struct Broken {
    /// The number expected there.
    pub number: u64,
    /// What is wrong.
    pub why: Why,
}

/// What is wrong with an event of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Why {
    /// It is missing: another number stands in its place.
    #[error("is missing, number {0} stands in its place")]
    Number(u64),
    /// It is of another tenant.
    #[error("belongs to another tenant")]
    Tenant,
    /// It fits the chain, but is not what was published: the chain was written anew by somebody with the key.
    #[error("is not the one that was published")]
    Published,
    /// Its seal does not fit: it, or one before it, was changed.
    #[error("does not match its seal")]
    Seal,
}

/// Walks the events that follow `from`, in order, and answers where the chain ends; compare that with the head kept
/// elsewhere, which shows whether events were cut off the end.
pub fn verify(
    key: &AuditKey,
    tenant: &Tenant,
    from: Head,
    events: impl IntoIterator<Item = (AuditEvent, Seal)>,
) -> Result<Head, Broken> {
    let mut head = from;
    for (event, sealed) in events {
        let number = head.number + 1;
        if event.number != number {
            return Err(Broken { number, why: Why::Number(event.number) });
        }
        if event.tenant != *tenant {
            return Err(Broken { number, why: Why::Tenant });
        }
        // Compared in constant time: how far a forged seal agrees is not to be measured.
        let mac = key.of([LINK, &head.seal.0, &event.canonical()]);
        mac.verify_slice(&sealed.0).map_err(|_| Broken { number, why: Why::Seal })?;
        head = Head { number, seal: sealed };
    }
    Ok(head)
}

/// What vouches for a place at which a chain begins because all before it, up to this head, is kept elsewhere: only who has
/// the key can write it.
pub fn vouch(key: &AuditKey, tenant: &Tenant, beginning: &Head) -> Seal {
    Seal(voucher(key, tenant, beginning).finalize().into_bytes().into())
}

/// Whether a chain may begin there.
pub fn is_vouched(key: &AuditKey, tenant: &Tenant, beginning: &Head, vouched: &Seal) -> bool {
    voucher(key, tenant, beginning).verify_slice(&vouched.0).is_ok()
}

fn voucher(key: &AuditKey, tenant: &Tenant, beginning: &Head) -> Hmac<Sha256> {
    let mut place = beginning.number.to_be_bytes().to_vec();
    place.extend(beginning.seal.0);
    key.of([BEGINNING, &place, tenant.as_str().as_bytes()])
}

// The openings differ in length and content, so that no event can pose as a genesis, nor either as a voucher.
const GENESIS: &[u8] = b"somabrain audit chain 1: genesis of tenant ";
const LINK: &[u8] = b"somabrain audit chain 1: event after ";
const BEGINNING: &[u8] = b"somabrain audit chain 1: begins after ";

fn put(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_be_bytes());
    bytes.extend(text.as_bytes());
}
