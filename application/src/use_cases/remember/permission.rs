//! What the policy is asked before anything is stored: about what is to be stored, and about what that supersedes.

use domain::memory::{MemoryId, Source};
use domain::secrets::SecretKind;
use domain::tenant::Namespace;

use super::Draft;
use crate::call::Call;
use crate::gate::{Forbidden, permit};
use crate::ports::Ports;
use crate::ports::ledger::Ledger;
use crate::ports::policy::{Action, Basis, Resource};

/// Whether all of them may be stored; what that rests on.
pub(super) async fn of<P: Ports>(
    ports: &P,
    call: &Call,
    drafts: &[Draft],
    secrets: &[Vec<SecretKind>],
) -> Result<Basis, Forbidden> {
    let basis = storing(ports, call, drafts, secrets).await?;
    superseding(ports, call, drafts).await?;
    Ok(basis)
}

/// Asks once for each namespace, source and kind of secrets that the drafts have; answers what the first rests on.
async fn storing<P: Ports>(
    ports: &P,
    call: &Call,
    drafts: &[Draft],
    secrets: &[Vec<SecretKind>],
) -> Result<Basis, Forbidden> {
    let mut asked: Vec<Resource<'_>> = Vec::new();
    let mut first = None;
    for (draft, secrets) in drafts.iter().zip(secrets) {
        let resource =
            Resource { source: Some(draft.origin.source), secrets, ..Resource::memories(call, &draft.namespace) };
        if !asked.contains(&resource) {
            let basis = permit(ports, call, Action::Remember, resource).await?;
            first.get_or_insert(basis);
            asked.push(resource);
        }
    }
    Ok(first.unwrap_or_else(|| Basis::new("nothing is to be stored")))
}

/// Asks once for each namespace and source that superseded memories have; without either for ids that nobody has, one of this
/// very batch among them.
async fn superseding<P: Ports>(ports: &P, call: &Call, drafts: &[Draft]) -> Result<(), Forbidden> {
    let mut ids: Vec<MemoryId> = drafts.iter().flat_map(|draft| draft.supersedes.iter().copied()).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(());
    }
    let found = ports.ledger().read(&call.caller.tenant, &ids).await.map_err(Forbidden::Unread)?;
    let mut asked: Vec<(Option<&Namespace>, Option<Source>)> = Vec::new();
    let unknown = (found.len() < ids.len()).then_some((None, None));
    let known = found.iter().map(|memory| (Some(&memory.namespace), Some(memory.origin.source)));
    for (namespace, source) in known.chain(unknown) {
        if !asked.contains(&(namespace, source)) {
            let resource = Resource { namespace, source, ..Resource::all(call, "memory") };
            permit(ports, call, Action::Supersede, resource).await?;
            asked.push((namespace, source));
        }
    }
    Ok(())
}
