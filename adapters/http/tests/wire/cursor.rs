//! Cursors: every memory once, in order, and only for the list that the cursor came from.

use std::collections::BTreeSet;

use domain::memory::Seq;
use domain::tenant::Tenant;
use somabrain_http::cursor::Cursors;

use crate::service::Service;

async fn page(service: &Service, query: &str) -> (Vec<String>, Option<String>) {
    let answer = service.get(&format!("/memories?{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let page = answer.json();
    let ids = page["memories"].as_array().expect("a list").iter();
    let ids = ids.map(|memory| memory["id"].as_str().expect("an id").to_owned()).collect();
    (ids, page["next_cursor"].as_str().map(str::to_owned))
}

#[tokio::test]
async fn following_the_cursor_shows_every_memory_once() {
    let service = Service::new();
    let mut stored = Vec::new();
    for n in 0..7 {
        stored.push(service.remember(&format!("memory number {n}")).await);
    }
    let (mut seen, mut next) = page(&service, "limit=3").await;
    while let Some(cursor) = next {
        let (more, after) = page(&service, &format!("limit=3&cursor={cursor}")).await;
        seen.extend(more);
        next = after;
    }
    assert_eq!(seen, stored);
}

#[tokio::test]
async fn a_cursor_of_another_list_or_tenant_is_refused() {
    let service = Service::new();
    for n in 0..3 {
        service.remember(&format!("memory number {n}")).await;
    }
    let (_, next) = page(&service, "limit=1").await;
    let cursor = next.expect("there is more");
    let other = service.get(&format!("/memories?cursor={cursor}&kind=semantic")).await;
    assert_eq!((other.status, other.field().as_str()), (422, "cursor"));
    let beta = [("authorization", "Bearer beta-token")];
    let foreign = service.ask("GET", &format!("/memories?cursor={cursor}"), &beta, "").await;
    assert_eq!(foreign.status, 422);
}

#[test]
fn a_cursor_with_any_character_changed_is_refused() {
    let (cursors, tenant) = (Cursors::new([7; 32]), Tenant::try_new("alpha").unwrap());
    let cursor = cursors.write(&tenant, "all", Seq(41));
    assert_eq!(cursors.read(&tenant, "all", &cursor).unwrap(), Seq(41));
    let mut tried = BTreeSet::new();
    for at in 0..cursor.len() {
        for digit in ["0", "f", "A", "é"] {
            let changed = format!("{}{digit}{}", &cursor[..at], &cursor[at + 1..]);
            if changed != cursor {
                assert!(cursors.read(&tenant, "all", &changed).is_err(), "{changed}");
                tried.insert(changed);
            }
        }
    }
    assert!(tried.len() > 100);
    assert!(Cursors::new([8; 32]).read(&tenant, "all", &cursor).is_err());
}

#[test]
fn a_cursor_does_not_tell_its_place() {
    let (cursors, tenant) = (Cursors::new([7; 32]), Tenant::try_new("alpha").unwrap());
    let begins: BTreeSet<String> =
        (0..256).map(|place| cursors.write(&tenant, "all", Seq(place))[..12].to_owned()).collect();
    assert_eq!(begins.len(), 256, "where places were written as they are, all would begin alike");
}
