//! Quotas: how much a tenant may hold. What it holds is known by a copy, some seconds old at most, to which what is
//! stored here is added at once; replicas and requests at the same time can together go beyond by what they have in flight.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard};

use domain::tenant::{Namespace, Tenant};
use domain::time::Timestamp;
use thiserror::Error;

use crate::brain::Brain;
use crate::ports::Ports;
use crate::ports::error::PortError;
use crate::ports::ledger::{Ledger, Stored};
use crate::ports::system::System;
use crate::use_cases::remember::Draft;

/// How old a copy may be, in microseconds.
const FRESH: u64 = 10_000_000;
/// Most tenants of whom there is a copy.
const MOST: usize = 10_000;

/// Most that a tenant may hold; `None`: no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quotas {
    /// Memories.
    pub memories: Option<u64>,
    /// Bytes of their contents, in UTF-8.
    pub bytes: Option<u64>,
    /// Namespaces with at least one memory.
    pub namespaces: Option<u64>,
}

impl Quotas {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }

    fn hold(&self, usage: &Usage) -> Result<(), OverQuota> {
        let namespaces = usage.namespaces.len() as u64;
        let kinds = [
            ("memories", self.memories, usage.memories),
            ("bytes", self.bytes, usage.bytes),
            ("namespaces", self.namespaces, namespaces),
        ];
        match kinds.into_iter().find(|(_, limit, wanted)| limit.is_some_and(|limit| *wanted > limit)) {
            Some((kind, limit, wanted)) => Err(OverQuota { kind, limit: limit.unwrap_or(0), wanted }),
            None => Ok(()),
        }
    }
}

/// A tenant would hold more than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the tenant would hold {wanted} {kind}, at most {limit} are allowed: erase some, or have the quota raised")]
pub struct OverQuota {
    /// `memories`, `bytes` or `namespaces`.
    pub kind: &'static str,
    /// The quota.
    pub limit: u64,
    /// What it would hold.
    pub wanted: u64,
}

/// What a tenant holds.
#[derive(Debug, Clone, Default)]
struct Usage {
    memories: u64,
    bytes: u64,
    namespaces: BTreeSet<Namespace>,
}

impl Usage {
    fn with<'a>(mut self, more: impl Iterator<Item = (&'a Namespace, &'a str)>) -> Self {
        for (namespace, content) in more {
            self.memories += 1;
            self.bytes += content.len() as u64;
            self.namespaces.insert(namespace.clone());
        }
        self
    }
}

/// What tenants are known to hold.
#[derive(Debug, Default)]
pub(crate) struct Usages(Mutex<HashMap<Tenant, (Usage, Timestamp)>>);

impl Usages {
    fn known(&self, tenant: &Tenant, now: Timestamp) -> Option<Usage> {
        let usages = self.usages();
        let (usage, read) = usages.get(tenant)?;
        (now.micros().abs_diff(read.micros()) < FRESH).then(|| usage.clone())
    }

    fn keep(&self, tenant: &Tenant, usage: Usage, now: Timestamp) {
        let mut usages = self.usages();
        if usages.len() >= MOST {
            usages.clear();
        }
        usages.insert(tenant.clone(), (usage, now));
    }

    /// Adds what was stored.
    fn add(&self, tenant: &Tenant, stored: &[Stored]) {
        if let Some((usage, _)) = self.usages().get_mut(tenant) {
            let new = stored.iter().filter(|one| !one.duplicate && !one.replayed);
            let more = new.map(|one| (&one.memory.namespace, one.memory.content.as_str()));
            *usage = std::mem::take(usage).with(more);
        }
    }

    /// Forgets a tenant of whom something was erased: there is room again at once.
    pub(crate) fn forget(&self, tenant: &Tenant) {
        self.usages().remove(tenant);
    }

    fn usages(&self) -> MutexGuard<'_, HashMap<Tenant, (Usage, Timestamp)>> {
        self.0.lock().expect("no holder of this lock panics")
    }
}

/// Why it is not known that there is room.
#[derive(Debug, Error)]
pub(crate) enum NoRoom {
    /// There is none.
    #[error(transparent)]
    OverQuota(#[from] OverQuota),
    /// The ledger could not say.
    #[error(transparent)]
    Unknown(#[from] PortError),
}

impl<P: Ports> Brain<P> {
    /// Whether the tenant may hold these as well.
    pub(crate) async fn has_room_for(&self, tenant: &Tenant, drafts: &[Draft]) -> Result<(), NoRoom> {
        let quotas = self.settings.quotas;
        if quotas.is_none() {
            return Ok(());
        }
        let now = self.ports.system().now();
        let usage = match self.usages.known(tenant, now) {
            Some(usage) => usage,
            None => {
                let usage = self.usage(tenant, quotas.bytes.is_some()).await?;
                self.usages.keep(tenant, usage.clone(), now);
                usage
            }
        };
        let more = drafts.iter().map(|draft| (&draft.namespace, draft.content.as_str()));
        Ok(quotas.hold(&usage.with(more))?)
    }

    /// Counts what was stored.
    pub(crate) fn holds(&self, tenant: &Tenant, stored: &[Stored]) {
        if !self.settings.quotas.is_none() {
            self.usages.add(tenant, stored);
        }
    }

    async fn usage(&self, tenant: &Tenant, bytes: bool) -> Result<Usage, PortError> {
        let ledger = self.ports.ledger();
        let namespaces = ledger.namespaces(tenant).await?;
        let bytes = if bytes { ledger.content_bytes(tenant).await? } else { 0 };
        let memories = namespaces.iter().map(|(_, count)| count).sum();
        Ok(Usage { memories, bytes, namespaces: namespaces.into_iter().map(|(name, _)| name).collect() })
    }
}
