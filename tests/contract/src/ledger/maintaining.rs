//! Maintenance: one switch for all, kept and audited.

use application::ports::ledger::{Ledger, Maintaining, Maintenance};
use domain::tenant::Tenant;

use crate::memories::*;

fn turning(tenant: Tenant, enabled: bool, reason: Option<&str>) -> Maintaining {
    Maintaining { tenant, enabled, reason: reason.map(str::to_owned), note: note(second(7)) }
}

fn since_seven(tenant: Tenant, reason: Option<&str>) -> Option<Maintenance> {
    let reason = reason.map(str::to_owned);
    Some(Maintenance { since: second(7), tenant: Some(tenant), subject: "ada".into(), reason })
}

/// Off until somebody turns it on, and off again.
pub async fn maintenance_is_turned_on_and_off(ledger: &impl Ledger) {
    assert_eq!(ledger.maintenance().await.expect("a ledger that answers"), None);
    let reason = Some("a \"larger\" disk: 100 %\n\u{1f9e0}");
    let on = ledger.maintain(turning(acme(), true, reason)).await.expect("turned on");
    assert_eq!(on, since_seven(acme(), reason));
    assert_eq!(ledger.maintenance().await.expect("a ledger that answers"), on);
    let off = ledger.maintain(turning(acme(), false, reason)).await.expect("turned off");
    assert_eq!((off, ledger.maintenance().await.expect("a ledger that answers")), (None, None));
}

/// By whichever tenant's admin; the last one counts.
pub async fn maintenance_is_of_all_tenants(ledger: &impl Ledger) {
    ledger.maintain(turning(acme(), true, Some("first"))).await.expect("turned on");
    let again = ledger.maintain(turning(tenant("globex"), true, None)).await.expect("turned on");
    assert_eq!(
        (&again, &ledger.maintenance().await.expect("a ledger that answers")),
        (&since_seven(tenant("globex"), None), &again)
    );
    ledger.maintain(turning(tenant("globex"), false, None)).await.expect("turned off");
    assert_eq!(ledger.maintenance().await.expect("a ledger that answers"), None);
}

/// The gate refuses, not the ledger: what goes on beside requests goes on.
pub async fn maintenance_keeps_the_ledger_from_nothing(ledger: &impl Ledger) {
    ledger.maintain(turning(acme(), true, None)).await.expect("turned on");
    let stored = store(ledger, numbered(1)).await;
    assert_eq!(stored.len(), 1);
    ledger.maintain(turning(acme(), false, None)).await.expect("turned off");
}
