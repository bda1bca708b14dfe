//! A sample of memories, each asked for by its own words.

use std::sync::Arc;

use anyhow::{Context, Result};
use application::ports::ledger::{Ledger, Page};
use application::ports::long_term::LongTermMemory;
use domain::memory::{Memory, MemoryText, Seq};
use domain::recall::cue::{Cue, Filter};
use domain::recall::fuse::default_weights;
use domain::tenant::Tenant;
use domain::time::Timestamp;

/// Memories of a sample.
pub(super) const SIZE: usize = 20;
/// Candidates in which a memory is looked for: others may say nearly the same.
const CANDIDATES: usize = 100;
/// Of a long memory so many characters are asked for.
const WORDS: usize = 300;

/// Memories from all over the ledger of these tenants.
pub(super) async fn take(ledger: &impl Ledger, tenants: &[Tenant]) -> Result<Vec<Arc<Memory>>> {
    let mut sample = Vec::new();
    let each = SIZE.div_ceil(tenants.len().max(1));
    for tenant in tenants.iter().take(SIZE) {
        let page = Page { namespace: None, filter: Filter::default(), after: Seq(0), limit: 1_000 };
        let listed = ledger.list(tenant, page).await.context("could not list memories")?.memories;
        let step = (listed.len() / each).max(1);
        sample.extend(listed.into_iter().step_by(step).take(each));
    }
    Ok(sample)
}

/// How many of them are found.
pub(super) async fn find(long_term: &impl LongTermMemory, sample: &[Arc<Memory>], at: Timestamp) -> Result<usize> {
    let mut found = 0;
    for memory in sample {
        let words: String = memory.content.as_str().chars().take(WORDS).collect();
        let cue = Cue {
            tenant: memory.tenant.clone(),
            namespace: memory.namespace.clone(),
            text: MemoryText::try_new(&words).context("a memory's own words")?,
            encoding: memory.encoding.clone(),
            filter: Filter::default(),
            limit: CANDIDATES,
            weights: default_weights(),
            include: Vec::new(),
            at,
        };
        let answer = long_term.search(&cue).await.context("could not search")?;
        found += usize::from(answer.found.candidates.iter().any(|one| one.memory.content == memory.content));
    }
    Ok(found)
}
