//! Heads that were published elsewhere, such as in a topic or on paper: what a chain must still hold, whoever has the key.

use std::collections::BTreeMap;

use super::{Broken, Head, Seal, Why};
use crate::tenant::Tenant;

/// Seals that were told to others, by tenant and number.
#[derive(Debug, Clone, Default)]
pub struct Published(BTreeMap<Tenant, BTreeMap<u64, Seal>>);

impl Published {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a head; the error is another seal that was published under the same number: there were two chains.
    pub fn add(&mut self, tenant: Tenant, head: Head) -> Result<(), Broken> {
        let known = *self.0.entry(tenant).or_default().entry(head.number).or_insert(head.seal);
        if known == head.seal { Ok(()) } else { Err(Broken { number: head.number, why: Why::Published }) }
    }

    /// Whether a chain that passes here may: nothing was published under that number, or the same.
    pub fn hold(&self, tenant: &Tenant, head: &Head) -> Result<(), Broken> {
        match self.0.get(tenant).and_then(|seals| seals.get(&head.number)) {
            Some(seal) if *seal != head.seal => Err(Broken { number: head.number, why: Why::Published }),
            _ => Ok(()),
        }
    }

    /// The first tenant whose chain is shorter than what was published of it, by where all chains end: whose, the number of its
    /// last event, and the number that was published.
    pub fn cut_off(&self, ends: &[(Tenant, Head)]) -> Option<(Tenant, u64, u64)> {
        self.0.iter().find_map(|(tenant, seals)| {
            let found = ends.iter().find(|(other, _)| other == tenant).map_or(0, |(_, head)| head.number);
            let expected = *seals.last_key_value()?.0;
            (found < expected).then(|| (tenant.clone(), found, expected))
        })
    }
}
