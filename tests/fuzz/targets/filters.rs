//! Filters of lists and recalls: what comes back is what the filter says, and whatever stands in a query is answered.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::choices::Choices;
use crate::service::{Kept, Service};

const USERS: [&str; 3] = ["ada", "Zoë & co", "100%"];
const KINDS: [&str; 3] = ["episodic", "semantic", "procedural"];
const SOURCES: [&str; 4] = ["user", "agent", "tool", "import"];
const DAYS: [&str; 4] =
    ["2025-01-01T00:00:00Z", "2025-06-30T12:00:00Z", "2025-06-30T12:00:00.000001Z", "2026-02-01T00:00:00Z"];
const SHARES: [f64; 4] = [0.0, 0.3, 0.5, 0.9];
const TAGS: [&str; 3] = ["a", "b&c=d", "ü"];

/// Memories of all sorts; the service's own are erased, so that these are all.
fn stocked() -> Service {
    let mut service = Service::empty();
    let memories: Vec<Value> = (0..36)
        .map(|n| {
            let tags: Vec<&str> = TAGS.iter().enumerate().filter(|(at, _)| n >> at & 1 == 1).map(|(_, t)| *t).collect();
            json!({"content": format!("door number {n}"), "user_id": USERS[n % 3], "agent_id": USERS[n / 3 % 3],
                   "kind": KINDS[n / 2 % 3], "source": SOURCES[n % 4], "occurred_at": DAYS[n / 4 % 4],
                   "importance": SHARES[n / 5 % 4], "tags": tags, "session_id": USERS[n / 9 % 3]})
        })
        .collect();
    let body = json!({ "memories": memories }).to_string().into_bytes();
    assert_eq!(service.ask("POST", "/remember/batch", body).status, 201);
    service
}

/// A filter as its fields.
fn filter(choices: &mut Choices<'_>) -> Map<String, Value> {
    let mut filter = Map::new();
    let fields: [(&str, &[&str]); 7] = [
        ("user_id", &USERS),
        ("agent_id", &USERS),
        ("session_id", &USERS),
        ("kind", &KINDS),
        ("source", &SOURCES),
        ("occurred_after", &DAYS),
        ("occurred_before", &DAYS),
    ];
    for (name, values) in fields {
        if choices.one_in(3) {
            filter.insert(name.into(), choices.of(values).into());
        }
    }
    if choices.one_in(3) {
        filter.insert("min_importance".into(), choices.of(&SHARES).into());
    }
    if choices.one_in(3) {
        let tags: Vec<&str> = (0..choices.below(3) + 1).map(|_| choices.of(&TAGS)).collect();
        filter.insert("tags_all".into(), tags.into());
    }
    filter
}

/// What the filter says of a memory, told once more.
fn admits(filter: &Map<String, Value>, memory: &Value) -> bool {
    // Microseconds where none are written, so that moments compare as texts do.
    let whole = |text: &Value| {
        let text = text.as_str().unwrap_or_default().trim_end_matches('Z');
        if text.contains('.') { text.to_owned() } else { format!("{text}.000000") }
    };
    filter.iter().all(|(name, wanted)| match name.as_str() {
        "occurred_after" => whole(&memory["occurred_at"]) >= whole(wanted),
        "occurred_before" => whole(&memory["occurred_at"]) < whole(wanted),
        "min_importance" => memory["importance"].as_f64() >= wanted.as_f64(),
        "tags_all" => wanted
            .as_array()
            .into_iter()
            .flatten()
            .all(|tag| memory["tags"].as_array().is_some_and(|tags| tags.contains(tag))),
        name => memory[name] == *wanted,
    })
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        write!(encoded, "%{byte:02X}").expect("a string takes everything");
        encoded
    })
}

/// The filter as a query.
fn query(filter: &Map<String, Value>) -> String {
    let pairs = filter.iter().flat_map(|(name, value)| match value {
        Value::Array(tags) => tags.iter().map(|tag| ("tag", tag.clone())).collect::<Vec<_>>(),
        value => vec![(name.as_str(), value.clone())],
    });
    let pairs = pairs.map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("{name}={}", encoded(&text))
    });
    pairs.collect::<Vec<_>>().join("&")
}

fn memories(body: &[u8]) -> Vec<Value> {
    let answer: Value = serde_json::from_slice(body).expect("JSON");
    answer["memories"].as_array().cloned().unwrap_or_default()
}

fn check(service: &mut Service, all: &[Value], choices: &mut Choices<'_>) {
    let filter = filter(choices);
    let wanted: Vec<&Value> = all.iter().filter(|memory| admits(&filter, memory)).collect();
    let listed = service.ask("GET", &format!("/memories?limit=1000&{}", query(&filter)), Vec::new());
    assert_eq!(listed.status, 200, "{filter:?}");
    assert_eq!(memories(&listed.body).iter().collect::<Vec<_>>(), wanted, "{filter:?}");
    let recall = json!({"query": "door", "k": 100, "filters": filter, "include_superseded": true});
    let recalled = service.ask("POST", "/recall", recall.to_string().into_bytes());
    assert_eq!(recalled.status, 200, "{filter:?}");
    let recalled = memories(&recalled.body);
    assert!(recalled.iter().all(|memory| admits(&filter, memory)), "{filter:?}: {recalled:?}");
    assert_eq!(recalled.len(), wanted.len(), "every memory has the word, so that all are found: {filter:?}");
}

#[test]
fn filters() {
    let mut service = stocked();
    let all = memories(&service.ask("GET", "/memories?limit=1000", Vec::new()).body);
    assert_eq!(all.len(), 36);
    let stocked = std::sync::Mutex::new(service);
    let kept = Kept::new();
    bolero::check!().for_each(|input: &[u8]| {
        let mut choices = Choices::new(input);
        if choices.one_in(4) {
            // Anything where a query should stand.
            let query: String = choices
                .rest()
                .iter()
                .map(|&byte| match byte {
                    b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'&' | b'=' | b'%' | b'+' | b'-' | b':' | b'.' => {
                        char::from(byte).to_string()
                    }
                    byte => format!("%{byte:02X}"),
                })
                .collect();
            return kept.with(|service| drop(service.ask("GET", &format!("/memories?{query}"), Vec::new())));
        }
        let mut service = stocked.lock().unwrap_or_else(|broken| broken.into_inner());
        check(&mut service, &all, &mut choices);
    });
}
