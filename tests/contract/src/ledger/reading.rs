//! Lists, versions, edges, counts, and the walls between tenants.

use application::ports::ledger::{Amendment, Change, Changing, Ledger, Listed, Note, Page, Past, PastPage, Refusal};
use domain::link::{Edge, Relation};
use domain::memory::{Cost, Kind, Memory, MemoryText, Origin, Procedure, Seq, Source, Times};
use domain::recall::cue::Filter;
use domain::tenant::Namespace;

use super::remembering::keyed;
use crate::memories::*;

async fn list(ledger: &impl Ledger, page: Page) -> Listed {
    ledger.list(&acme(), page).await.expect("listed")
}

fn page(after: Seq, limit: usize) -> Page {
    Page { namespace: None, filter: Filter::default(), after, limit }
}

fn contents(listed: &Listed) -> Vec<&str> {
    listed.memories.iter().map(|memory| memory.content.as_str()).collect()
}

/// Neither of ids nor of times.
pub async fn a_list_is_in_the_order_of_storing(ledger: &impl Ledger) {
    let early = |number, content: &str, at| {
        let plain = memory(number, content);
        let times = Times { created: second(at), valid: second(at), ..plain.times };
        Memory { times, ..plain }
    };
    store(ledger, vec![early(3, "first", 30), early(1, "second", 10)]).await;
    store(ledger, vec![early(2, "third", 20)]).await;
    assert_eq!(contents(&list(ledger, page(Seq(0), 10)).await), ["first", "second", "third"]);
}

/// Nothing twice, nothing left out, within an act too.
pub async fn a_list_goes_on_after_its_cursor(ledger: &impl Ledger) {
    store(ledger, numbered(7)).await;
    let (mut found, mut after) = (Vec::new(), Some(Seq(0)));
    while let Some(cursor) = after {
        let listed = list(ledger, page(cursor, 3)).await;
        assert!(listed.memories.len() <= 3);
        found.extend(listed.memories.iter().map(|memory| memory.id));
        after = listed.next;
    }
    assert_eq!(found, (1..=7).map(id).collect::<Vec<_>>());
}

/// A memory of a megabyte.
fn large(number: u128) -> Memory {
    let fact = text(&"\u{1f9e0}".repeat(MemoryText::LIMIT));
    let procedure = Procedure { preconditions: Vec::new(), effects: vec![fact; 8], cost: Cost::default() };
    Memory { procedure: Some(procedure), ..memory(number, &format!("entry {number}")) }
}

/// And goes on with the next; whatever the filter leaves out counts for nothing.
pub async fn a_page_ends_where_its_texts_are_too_many_bytes(ledger: &impl Ledger) {
    let tools = Origin { source: Source::Tool, ..Origin::default() };
    let passed_over = |number| Memory { origin: tools.clone(), ..large(number) };
    store(ledger, (1..=6).map(large).collect()).await;
    store(ledger, (7..=11).map(passed_over).chain([large(12)]).collect()).await;
    let filter = Filter { source: Some(Source::User), ..Filter::default() };
    let said = Page { filter, ..page(Seq(0), 1_000) };
    let first = list(ledger, said.clone()).await;
    assert_eq!(contents(&first), ["entry 1", "entry 2", "entry 3", "entry 4"]);
    let after = first.next.expect("there are more");
    let second = list(ledger, Page { after, ..said }).await;
    assert_eq!(contents(&second), ["entry 5", "entry 6", "entry 12"]);
    assert_eq!(second.next, None);
}

/// Where the limit is met exactly too.
pub async fn the_last_page_says_that_it_is_the_last(ledger: &impl Ledger) {
    assert_eq!(list(ledger, page(Seq(0), 3)).await, Listed::default());
    store(ledger, numbered(3)).await;
    assert_eq!(list(ledger, page(Seq(0), 3)).await.next, None);
    assert!(list(ledger, page(Seq(0), 2)).await.next.is_some());
}

/// And the limit counts only those; one namespace or all.
pub async fn a_list_holds_only_what_the_filter_admits(ledger: &impl Ledger) {
    let of = |number, kind, name: &str| Memory {
        kind,
        namespace: namespace(name),
        ..memory(number, &format!("entry {number}"))
    };
    let stored = vec![
        of(1, Kind::Episodic, "a"),
        of(2, Kind::Semantic, "a"),
        of(3, Kind::Semantic, "b"),
        of(4, Kind::Semantic, "a"),
        of(5, Kind::Episodic, "a"),
    ];
    store(ledger, stored).await;
    let semantic = Filter { kind: Some(Kind::Semantic), ..Filter::default() };
    let within = Page { namespace: Some(namespace("a")), filter: semantic.clone(), ..page(Seq(0), 2) };
    let listed = list(ledger, within).await;
    assert_eq!(contents(&listed), ["entry 2", "entry 4"]);
    assert_eq!(listed.next, None, "no other is admitted");
    let everywhere = list(ledger, Page { filter: semantic, ..page(Seq(0), 10) }).await;
    assert_eq!(contents(&everywhere), ["entry 2", "entry 3", "entry 4"]);
}

/// The order is of the first place, the state is the present one.
pub async fn a_changed_memory_keeps_its_place_in_the_list(ledger: &impl Ledger) {
    store(ledger, numbered(2)).await;
    let amendment = Amendment { tags: Some(vec![label("new")]), ..Amendment::default() };
    ledger.change(changing(1, Change::Amend(amendment))).await.map(answer).expect("changed");
    let listed = list(ledger, page(Seq(0), 10)).await;
    let told: Vec<_> = listed.memories.iter().map(|memory| (memory.id, memory.version)).collect();
    assert_eq!(told, [(id(1), 2), (id(2), 1)]);
}

/// Each with since when it was so and by whom.
pub async fn versions_are_oldest_first_with_who_and_when(ledger: &impl Ledger) {
    store(ledger, numbered(1)).await;
    for (at, subject) in [(60, "bob"), (70, "eve")] {
        let amendment = Amendment { tags: Some(vec![label(subject)]), ..Amendment::default() };
        let note = Note { subject: subject.into(), ..note(second(at)) };
        let act = Changing { note, ..changing(1, Change::Amend(amendment)) };
        ledger.change(act).await.map(answer).expect("changed");
    }
    let versions = versions(ledger, &acme(), 1).await;
    let told: Vec<_> = versions
        .iter()
        .map(|one| (one.memory.version, one.subject.as_str(), one.since, one.memory.tags.len()))
        .collect();
    assert_eq!(told, [(1, "ada", second(0), 0), (2, "bob", second(60), 1), (3, "eve", second(70), 1)]);
    assert_eq!(read(ledger, 1).await.as_ref(), versions.last().map(|one| &one.memory));
}

/// Changes a memory's tags so often; each time it is another version.
async fn change(ledger: &impl Ledger, times: u32) {
    for time in 0..times {
        let amendment = Amendment { tags: Some(vec![label(&format!("tag {time}"))]), ..Amendment::default() };
        ledger.change(changing(1, Change::Amend(amendment))).await.map(answer).expect("changed");
    }
}

/// The sizes of the pages of a memory's states, which are all there, the present one last.
async fn pages(ledger: &impl Ledger, limit: usize, states: u32) -> Vec<usize> {
    let (mut pages, mut found, mut after) = (Vec::new(), Vec::new(), Some(0));
    while let Some(cursor) = after {
        let past = ledger.versions(&acme(), id(1), PastPage { after: cursor, limit }).await.expect("versions");
        pages.push(past.versions.len());
        found.extend(past.versions.iter().map(|one| one.memory.version));
        after = past.next;
    }
    assert_eq!(found, (1..=states).collect::<Vec<_>>());
    pages
}

/// Nothing twice, nothing left out; where the limit is met exactly too.
pub async fn versions_go_on_after_their_cursor(ledger: &impl Ledger) {
    store(ledger, numbered(1)).await;
    change(ledger, 41).await;
    assert_eq!(pages(ledger, 35, 42).await, [35, 7]);
    assert_eq!(pages(ledger, 21, 42).await, [21, 21]);
    assert_eq!(pages(ledger, 41, 42).await, [41, 1]);
    let behind = ledger.versions(&acme(), id(1), PastPage { after: 42, limit: 1 }).await.expect("versions");
    assert_eq!(behind, Past::default());
}

/// The content counts in each of them.
pub async fn a_page_of_versions_ends_where_its_texts_are_too_many_bytes(ledger: &impl Ledger) {
    store(ledger, vec![large(1)]).await;
    change(ledger, 5).await;
    assert_eq!(pages(ledger, 1_000, 6).await, [4, 2]);
}

/// Sorted; a link between two of the ids is one edge.
pub async fn edges_are_found_from_both_ends_each_once(ledger: &impl Ledger) {
    let linked = Memory {
        links: vec![link(2, Relation::Requires), link(1, Relation::Causes), link(1, Relation::Requires)],
        ..memory(3, "entry 3")
    };
    store(ledger, numbered(2)).await;
    store(ledger, vec![linked, memory(4, "entry 4")]).await;
    let edge = |to, relation| Edge { from: id(3), link: link(to, relation) };
    let all = [edge(1, Relation::Requires), edge(1, Relation::Causes), edge(2, Relation::Requires)];
    let edges = async |ids: &[u128]| {
        let ids: Vec<_> = ids.iter().map(|number| id(*number)).collect();
        ledger.edges(&acme(), &ids).await.expect("edges")
    };
    assert_eq!(edges(&[3]).await, all);
    assert_eq!(edges(&[1]).await, all[..2]);
    assert_eq!(edges(&[3, 1, 2, 3]).await, all);
    assert_eq!(edges(&[4, 9]).await, []);
}

/// In the order of names.
pub async fn namespaces_are_counted_by_name(ledger: &impl Ledger) {
    let within = |number, name: &str| Memory { namespace: namespace(name), ..memory(number, &format!("{number}")) };
    store(ledger, vec![within(1, "b"), within(2, "a"), within(3, "b"), memory(4, "4")]).await;
    let counted = ledger.namespaces(&acme()).await.expect("namespaces");
    assert_eq!(counted, [(namespace("a"), 1), (namespace("b"), 2), (Namespace::default(), 1)]);
}

/// In UTF-8, of what is there now.
pub async fn the_bytes_of_contents_are_counted(ledger: &impl Ledger) {
    assert_eq!(ledger.content_bytes(&acme()).await.expect("counted"), 0);
    store(ledger, vec![memory(1, "12345"), memory(2, "\u{e9}\u{1f9e0}")]).await;
    assert_eq!(ledger.content_bytes(&acme()).await.expect("counted"), 11);
    assert_eq!(ledger.content_bytes(&tenant("other")).await.expect("counted"), 0);
}

/// Each reads, lists and counts its own.
pub async fn tenants_share_an_id_without_meeting(ledger: &impl Ledger) {
    let other = tenant("other");
    let theirs = Memory { tenant: other.clone(), ..memory(1, "entry 1") };
    ledger.remember(with_own_id(memory(1, "entry 1"))).await.map(answer).expect("stored");
    let stored = ledger.remember(with_own_id(theirs.clone())).await.map(answer).expect("stored");
    assert!(!stored[0].duplicate);
    let second_of_ours = Memory { links: vec![link(1, Relation::Causes)], ..memory(2, "entry 2") };
    store(ledger, vec![second_of_ours]).await;
    assert_eq!(
        ledger.read(&other, &[id(1), id(2)]).await.expect("read").iter().map(|m| &**m).collect::<Vec<_>>(),
        [&theirs]
    );
    assert_eq!(ledger.list(&other, page(Seq(0), 10)).await.expect("listed").memories.len(), 1);
    assert_eq!(ledger.namespaces(&other).await.expect("counted"), [(Namespace::default(), 1)]);
    assert_eq!(ledger.edges(&other, &[id(1)]).await.expect("edges"), []);
    assert_eq!(versions(ledger, &other, 2).await, []);
    assert_eq!(list(ledger, page(Seq(0), 10)).await.memories.len(), 2);
}

/// Refused like an unknown one.
pub async fn a_foreign_memory_is_no_target(ledger: &impl Ledger) {
    store(ledger, numbered(1)).await;
    let theirs = || Memory { tenant: tenant("other"), ..memory(2, "theirs") };
    let correcting = Memory { supersedes: vec![id(1)], ..theirs() };
    let refused = refusal(ledger.remember(remembering(vec![correcting])).await.map(answer));
    assert_eq!(refused, Refusal::UnknownSuperseded(id(1)));
    let pointing = Memory { links: vec![link(1, Relation::Related)], ..theirs() };
    assert_eq!(refusal(ledger.remember(remembering(vec![pointing])).await.map(answer)), Refusal::UnknownTarget(id(1)));
    assert_eq!(read(ledger, 1).await.expect("ours").version, 1);
}

/// The same key of two tenants is two keys.
pub async fn a_key_is_a_tenants_own(ledger: &impl Ledger) {
    ledger.remember(keyed(numbered(1), "k", 1)).await.map(answer).expect("stored");
    let theirs = Memory { tenant: tenant("other"), ..memory(2, "theirs") };
    let stored = ledger.remember(keyed(vec![theirs], "k", 2)).await.map(answer).expect("stored");
    assert!(!stored[0].replayed);
}
