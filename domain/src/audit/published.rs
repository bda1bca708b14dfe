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

    /// The highest number that was published of each tenant: no chain is shorter.
    pub fn longest(&self) -> impl Iterator<Item = (&Tenant, u64)> {
        self.0.iter().filter_map(|(tenant, seals)| Some((tenant, *seals.last_key_value()?.0)))
    }
}
