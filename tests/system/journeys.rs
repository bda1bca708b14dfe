//! Journeys: remember, recall, plan, supersede, change, erase, sessions, as a client makes them; whatever serves them
//! gives the same answers.

use anyhow::Result;
use serde_json::{Value, json};

use crate::server::Server;

/// Servers that are asked in turn.
pub(crate) struct Hosts<'a> {
    servers: Vec<&'a Server>,
    asked: usize,
    /// What was asked and answered.
    told: Vec<(String, Value)>,
}

impl<'a> Hosts<'a> {
    pub(crate) fn of(servers: impl IntoIterator<Item = &'a Server>) -> Self {
        Self { servers: servers.into_iter().collect(), asked: 0, told: Vec::new() }
    }

    fn call(&mut self, method: &str, path: &str, body: &Value, expected: u16) -> Result<Value> {
        let server = self.servers[self.asked % self.servers.len()];
        self.asked += 1;
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let (status, mut answer) = server.call(method, path, &text)?;
        anyhow::ensure!(status == expected, "{method} {path} {text}: {status}, expected {expected}: {answer}");
        forget_what_differs(&mut answer);
        if path.starts_with("/sessions/") {
            forget_the_order(&mut answer["memories"]);
        }
        self.told.push((format!("{method} {path} {text}"), answer.clone()));
        Ok(answer)
    }

    fn remember(&mut self, body: Value) -> Result<Value> {
        self.call("POST", "/remember", &body, 201)
    }

    fn recall(&mut self, mut body: Value) -> Result<Vec<String>> {
        body["as_of"] = json!("2026-06-01T00:00:00Z");
        body["explain"] = json!(true);
        let answer = self.call("POST", "/recall", &body, 200)?;
        anyhow::ensure!(answer["degraded"] == json!(false), "{body}: {answer}");
        Ok(contents(&answer["memories"]))
    }
}

fn contents(memories: &Value) -> Vec<String> {
    memories.as_array().into_iter().flatten().map(|one| one["content"].as_str().unwrap_or("?").to_owned()).collect()
}

/// Names and moments of the service's own making, and how new a memory was: that depends on when it was folded.
pub(crate) fn forget_what_differs(value: &mut Value) {
    const OWN: [&str; 13] = [
        "latency_ms",
        "recall_id",
        "plan_id",
        "request_id",
        "created_at",
        "novelty",
        "salience",
        "last_used_at",
        "expires_at",
        "since",
        "at",
        "next_cursor",
        "erased_at",
    ];
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !OWN.contains(&name.as_str()));
            fields.values_mut().for_each(forget_what_differs);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_what_differs),
        _ => {}
    }
}

/// A session's memories come by salience, and that by how new each was when it was said.
fn forget_the_order(held: &mut Value) {
    if let Some(held) = held.as_array_mut() {
        held.sort_by_key(|one| one["memory"]["id"].to_string());
    }
}

/// Whether two answers are the same, numbers to 1e-6.
pub(crate) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
            (a - b).abs() <= 1e-6
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        _ => one == other,
    }
}

fn id(number: u64) -> String {
    format!("01990000-0000-7000-8000-{number:012}")
}

/// Makes all journeys in a fresh namespace and answers what was asked and answered, without what may differ.
pub(crate) fn all(mut hosts: Hosts<'_>) -> Result<Vec<(String, Value)>> {
    remember_and_recall(&mut hosts)?;
    supersede_and_change(&mut hosts)?;
    plan(&mut hosts)?;
    sessions(&mut hosts)?;
    erase(&mut hosts)?;
    refusals(&mut hosts)?;
    Ok(hosts.told)
}

const SAID: [(&str, &str); 8] = [
    ("Ada", "the spare key is under the blue pot"),
    ("Ben", "I went to the LGBTQ support group on Tuesday"),
    ("Ada", "my sister lives in Lisbon and works as a nurse"),
    ("Ben", "the invoices are due on the first of every month"),
    ("Ada", "Grüße aus Köln: das Passwort für den Drucker klebt unter dem Deckel"),
    ("Ben", "we should water the tomatoes before the holiday"),
    ("Ada", "the second door on the left leads to the archive"),
    ("Ben", "yesterday I found the blue umbrella in the archive"),
];

fn remember_and_recall(hosts: &mut Hosts<'_>) -> Result<()> {
    for (number, (speaker, said)) in SAID.iter().enumerate() {
        let stored = hosts.remember(json!({
            "id": id(number as u64 + 1), "content": said, "speaker": speaker, "session_id": "s-1", "user_id": speaker,
            "importance": 0.1 * (number + 1) as f64, "tags": [format!("t{}", number % 3)],
            "metadata": {"n": number, "third": 1.0 / 3.0, "big": 12_345_678_901_234_567_890_u64},
            "occurred_at": format!("2026-05-{:02}T10:00:00Z", number + 1),
        }))?;
        anyhow::ensure!(stored["stored"] == "durable", "{stored}");
    }
    let found = hosts.recall(json!({"query": "where is the spare key?", "k": 5}))?;
    anyhow::ensure!(found[0] == SAID[0].1, "{found:?}");
    for query in ["support group", "Drucker Passwort", "What did Ada say about her sister?", "archive", "nothing of it"]
    {
        hosts.recall(json!({"query": query, "k": 4}))?;
        hosts.recall(json!({"query": query, "k": 3, "diversity": 0.5}))?;
    }
    let filtered = hosts.recall(json!({"query": "blue", "filters": {"speaker": "Ben", "tags_any": ["t1"]}}))?;
    anyhow::ensure!(filtered == [SAID[1].1, SAID[7].1] || filtered == [SAID[7].1, SAID[1].1], "{filtered:?}");
    let again = json!({"id": id(1), "content": SAID[0].1});
    anyhow::ensure!(hosts.call("POST", "/remember", &again, 200)?["duplicate"] == json!(true));
    hosts.call("GET", &format!("/memories/{}", id(3)), &Value::Null, 200)?;
    let listed = hosts.call("GET", "/memories?limit=1000", &Value::Null, 200)?;
    anyhow::ensure!(contents(&listed["memories"]) == SAID.map(|(_, said)| said), "{listed}");
    hosts.call("GET", "/namespaces", &Value::Null, 200)?;
    Ok(())
}

fn supersede_and_change(hosts: &mut Hosts<'_>) -> Result<()> {
    hosts.remember(json!({
        "id": id(20), "content": "the spare key is with the neighbour", "supersedes": [id(1)],
        "occurred_at": "2026-05-20T10:00:00Z",
    }))?;
    let found = hosts.recall(json!({"query": "where is the spare key?", "k": 3}))?;
    anyhow::ensure!(found[0].contains("neighbour") && !found.contains(&SAID[0].1.to_owned()), "{found:?}");
    hosts.recall(json!({"query": "where is the spare key?", "k": 3, "include_superseded": true}))?;
    let change = json!({"importance": 0.95, "tags": ["changed"], "metadata": {"reviewed": true}});
    hosts.call("PATCH", &format!("/memories/{}", id(6)), &change, 200)?;
    let found = hosts.recall(json!({"query": "tomatoes", "filters": {"tags_all": ["changed"]}}))?;
    anyhow::ensure!(found == [SAID[5].1], "{found:?}");
    hosts.call("GET", &format!("/memories/{}/versions", id(6)), &Value::Null, 200)?;
    hosts.call("GET", &format!("/memories/{}/versions", id(1)), &Value::Null, 200)?;
    Ok(())
}

fn plan(hosts: &mut Hosts<'_>) -> Result<()> {
    let steps = ["buy flour and yeast", "knead the dough", "bake the sourdough bread", "slice the sourdough bread"];
    let memories: Vec<Value> = steps
        .iter()
        .enumerate()
        .map(|(number, step)| {
            let number = number as u64;
            let links = if number == 0 { json!([]) } else { json!([{"to": id(29 + number), "relation": "requires"}]) };
            json!({"id": id(30 + number), "content": step, "kind": "procedural", "links": links, "namespace": "kitchen",
                   "occurred_at": "2026-05-01T08:00:00Z"})
        })
        .collect();
    hosts.call("POST", "/remember/batch", &json!({"memories": memories}), 201)?;
    let goal = json!({"goal": "slice the sourdough bread", "namespace": "kitchen"});
    let plan = hosts.call("POST", "/plan", &goal, 200)?;
    let actions: Vec<&str> =
        plan["steps"].as_array().into_iter().flatten().filter_map(|s| s["action"].as_str()).collect();
    anyhow::ensure!(actions == steps, "{plan}");
    let link = json!({"to": id(33), "relation": "related"});
    hosts.call("POST", &format!("/memories/{}/links", id(30)), &link, 201)?;
    hosts.call("DELETE", &format!("/memories/{}/links?to={}&relation=related", id(30), id(33)), &Value::Null, 200)?;
    Ok(())
}

fn sessions(hosts: &mut Hosts<'_>) -> Result<()> {
    let session = hosts.call("GET", "/sessions/s-1", &Value::Null, 200)?;
    let held = session["memories"].as_array().map_or(0, Vec::len);
    anyhow::ensure!(held == SAID.len(), "{session}");
    let ended = hosts.call("DELETE", "/sessions/s-1", &Value::Null, 200)?;
    anyhow::ensure!(ended["released"] == json!(SAID.len()), "{ended}");
    let session = hosts.call("GET", "/sessions/s-1", &Value::Null, 200)?;
    anyhow::ensure!(session["memories"] == json!([]), "{session}");
    Ok(())
}

fn erase(hosts: &mut Hosts<'_>) -> Result<()> {
    hosts.call("DELETE", &format!("/memories/{}", id(7)), &Value::Null, 200)?;
    hosts.call("GET", &format!("/memories/{}", id(7)), &Value::Null, 404)?;
    let found = hosts.recall(json!({"query": "which door leads to the archive?", "k": 10}))?;
    anyhow::ensure!(!found.contains(&SAID[6].1.to_owned()), "{found:?}");
    hosts.call("POST", "/remember", &json!({"id": id(7), "content": "again"}), 409)?;
    hosts.call("DELETE", "/memories?user_id=Ben", &Value::Null, 200)?;
    let found = hosts.recall(json!({"query": "support group, invoices, tomatoes, umbrella", "k": 10}))?;
    anyhow::ensure!(found.len() == 3, "{found:?}");
    hosts.call("DELETE", "/namespaces/kitchen", &Value::Null, 200)?;
    let found = hosts.recall(json!({"query": "bread", "namespace": "kitchen"}))?;
    anyhow::ensure!(found.is_empty(), "{found:?}");
    hosts.call("GET", "/namespaces", &Value::Null, 200)?;
    Ok(())
}

fn refusals(hosts: &mut Hosts<'_>) -> Result<()> {
    hosts.call("POST", "/remember", &json!({"content": "x", "supersedes": [id(99)]}), 422)?;
    hosts.call("POST", "/remember", &json!({"id": id(3), "content": "other content"}), 409)?;
    hosts.call("POST", "/recall", &json!({"query": "x", "k": 0}), 422)?;
    hosts.call("GET", &format!("/memories/{}", id(99)), &Value::Null, 404)?;
    Ok(())
}
