//! The audit chain: nothing changed, removed or cut off goes unseen.

#![expect(clippy::unwrap_used, reason = "builders of test data stop where they stand")]

use domain::audit::{AuditEvent, AuditKey, Broken, Head, Seal, WeakKey, Why, genesis, is_vouched, seal, verify, vouch};
use domain::tenant::Tenant;
use domain::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const SECRET: &[u8] = b"a key of thirty-two bytes, right";

fn key() -> AuditKey {
    AuditKey::try_new(SECRET).unwrap()
}

fn tenant(name: &str) -> Tenant {
    Tenant::try_new(name).unwrap()
}

fn event(number: u64) -> AuditEvent {
    AuditEvent {
        tenant: tenant("acme"),
        number,
        at: Timestamp::from_micros(1_800_000_000_000_000 + number as i64).unwrap(),
        subject: "ann".into(),
        action: "memory.write".into(),
        resource: format!("memory/{number}"),
        outcome: "allowed".into(),
        request_id: format!("r-{number}"),
        detail: String::new(),
    }
}

fn chain(length: u64) -> Vec<(AuditEvent, Seal)> {
    let mut previous = genesis(&key(), &tenant("acme"));
    (1..=length)
        .map(|number| {
            previous = seal(&key(), &previous, &event(number));
            (event(number), previous)
        })
        .collect()
}

fn walk(events: Vec<(AuditEvent, Seal)>) -> Result<Head, Broken> {
    verify(&key(), &tenant("acme"), Head::genesis(&key(), &tenant("acme")), events)
}

#[test]
fn an_untouched_chain_ends_at_its_last_seal() {
    let events = chain(4);
    let last = events[3].1;
    assert_eq!(walk(events), Ok(Head { number: 4, seal: last }));
}

#[test]
fn an_empty_chain_ends_at_its_genesis() {
    assert_eq!(walk(vec![]), Ok(Head { number: 0, seal: genesis(&key(), &tenant("acme")) }));
}

#[test]
fn a_chain_can_be_walked_in_parts() {
    let events = chain(5);
    let middle = walk(events[..2].to_vec()).unwrap();
    assert_eq!(verify(&key(), &tenant("acme"), middle, events[2..].to_vec()), walk(events));
}

#[test]
fn a_change_in_any_field_is_found_where_it_was_made() {
    let changes: [fn(&mut AuditEvent); 7] = [
        |event| event.at = event.at.plus_seconds(1),
        |event| event.subject.push('x'),
        |event| event.action.push('x'),
        |event| event.resource.push('x'),
        |event| event.outcome = "denied".into(),
        |event| event.request_id.clear(),
        |event| event.detail.push('x'),
    ];
    for change in changes {
        let mut events = chain(4);
        change(&mut events[2].0);
        assert_eq!(walk(events), Err(Broken { number: 3, why: Why::Seal }));
    }
}

#[test]
fn a_removed_event_leaves_a_hole() {
    let mut events = chain(4);
    events.remove(1);
    assert_eq!(walk(events), Err(Broken { number: 2, why: Why::Number(3) }));
}

#[test]
fn a_hole_closed_by_renumbering_is_found() {
    let mut events = chain(4);
    events.remove(1);
    events[1].0.number = 2;
    assert_eq!(walk(events), Err(Broken { number: 2, why: Why::Seal }));
}

#[test]
fn a_cut_end_shows_against_the_head_kept_elsewhere() {
    let head = walk(chain(4)).unwrap();
    let mut events = chain(4);
    events.pop();
    assert_ne!(walk(events).unwrap(), head);
}

#[test]
fn a_chain_does_not_pass_for_another_tenants() {
    let mut foreign = chain(1);
    assert_eq!(
        verify(&key(), &tenant("bolt"), Head::genesis(&key(), &tenant("bolt")), foreign.clone()),
        Err(Broken { number: 1, why: Why::Tenant })
    );
    foreign[0].0.tenant = tenant("bolt");
    let renamed = verify(&key(), &tenant("bolt"), Head::genesis(&key(), &tenant("bolt")), foreign);
    assert_eq!(renamed, Err(Broken { number: 1, why: Why::Seal }));
}

#[test]
fn another_key_verifies_nothing() {
    let other = AuditKey::try_new(&[7; 32]).unwrap();
    let from = Head::genesis(&other, &tenant("acme"));
    assert_eq!(verify(&other, &tenant("acme"), from, chain(1)), Err(Broken { number: 1, why: Why::Seal }));
}

#[test]
fn text_moved_from_one_field_to_the_next_makes_other_bytes() {
    let (mut left, mut right) = (event(1), event(1));
    (left.subject, left.action) = ("ab".into(), "c".into());
    (right.subject, right.action) = ("a".into(), "bc".into());
    assert_ne!(left.canonical(), right.canonical());
}

/// Anyone with the key can verify a chain with a dozen lines in any language: this is the recipe.
#[test]
fn a_seal_is_the_hmac_of_the_previous_seal_and_the_fields_behind_their_lengths() {
    let mut bytes = b"somabrain audit chain 1: event after ".to_vec();
    bytes.extend([9; 32]);
    let text = |text: &str| [&(text.len() as u64).to_be_bytes()[..], text.as_bytes()].concat();
    bytes.extend(text("acme"));
    bytes.extend(1u64.to_be_bytes());
    bytes.extend(1_800_000_000_000_001i64.to_be_bytes());
    for field in ["ann", "memory.write", "memory/1", "allowed", "r-1", ""] {
        bytes.extend(text(field));
    }
    let expected = Hmac::<Sha256>::new_from_slice(SECRET).unwrap().chain_update(&bytes).finalize().into_bytes();
    assert_eq!(seal(&key(), &Seal([9; 32]), &event(1)), Seal(expected.into()));
}

#[test]
fn a_key_never_shows_and_must_not_be_short() {
    assert_eq!(format!("{:?}", key()), "AuditKey(***)");
    assert_eq!(AuditKey::try_new(b"short").map(|_| ()), Err(WeakKey(5)));
}

#[test]
fn a_seal_reads_as_hexadecimal() {
    let mut bytes = [0; 32];
    bytes[0] = 0xab;
    let text = Seal(bytes).to_string();
    assert!(text.starts_with("ab00") && text.len() == 64);
}

#[test]
fn a_place_to_begin_is_vouched_for_by_the_key_and_for_one_tenant_only() {
    let head = Head { number: 2, seal: chain(2)[1].1 };
    let vouched = vouch(&key(), &tenant("acme"), &head);
    assert!(is_vouched(&key(), &tenant("acme"), &head, &vouched));
    let other = AuditKey::try_new(b"another key of thirty-two bytes!").unwrap();
    assert!(!is_vouched(&other, &tenant("acme"), &head, &vouched));
    assert!(!is_vouched(&key(), &tenant("other"), &head, &vouched));
    assert!(!is_vouched(&key(), &tenant("acme"), &Head { number: 3, ..head }, &vouched));
    assert!(!is_vouched(&key(), &tenant("acme"), &head, &head.seal), "a seal is no voucher");
}
