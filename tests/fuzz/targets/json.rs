//! JSON that is nearly what the API wants: its fields, with values that fit, nearly fit, or do not.

use serde_json::{Map, Number, Value};

use crate::choices::Choices;
use crate::service::{IDS, NOBODY};

/// The fields of all bodies.
const FIELDS: [&str; 52] = [
    "content",
    "query",
    "goal",
    "memories",
    "filters",
    "metadata",
    "procedure",
    "links",
    "supersedes",
    "payload",
    "id",
    "to",
    "relation",
    "namespace",
    "user_id",
    "agent_id",
    "speaker",
    "session_id",
    "run_id",
    "kind",
    "importance",
    "tags",
    "source",
    "occurred_at",
    "valid_at",
    "invalid_at",
    "ttl_seconds",
    "k",
    "top_k",
    "limit",
    "as_of",
    "known_at",
    "include_superseded",
    "min_score",
    "threshold",
    "diversity",
    "explain",
    "tags_all",
    "tags_any",
    "occurred_after",
    "occurred_before",
    "min_importance",
    "recall_id",
    "useful",
    "useless",
    "context",
    "max_steps",
    "alternatives",
    "time_budget_ms",
    "preconditions",
    "effects",
    "cost",
];

/// Texts that mean something somewhere.
const TEXTS: [&str; 24] = [
    "the door is open",
    "open the door",
    "not the door is open",
    "default",
    "work",
    "ada",
    "s-1",
    "episodic",
    "semantic",
    "procedural",
    "user",
    "agent",
    "requires",
    "enables",
    "related",
    "2026-01-02T03:04:05Z",
    "9999-12-31T23:59:59.999999Z",
    "0001-01-01T00:00:00Z",
    "yesterday",
    "To open the door, first find the key",
    "",
    "\u{0}",
    "e\u{301}\u{202e}\u{1f600}",
    "Ada: it rained on 3 May 2025",
];

const NUMBERS: [&str; 14] = [
    "0",
    "1",
    "-1",
    "0.5",
    "1.0000000001",
    "10",
    "100",
    "101",
    "1000",
    "4294967296",
    "18446744073709551615",
    "-9223372036854775808",
    "1e308",
    "5e-324",
];

/// An object whose fields are mostly those of the API.
pub(crate) fn object(choices: &mut Choices<'_>, first: &[&str], depth: usize) -> Value {
    let mut fields = Map::new();
    for name in first {
        if !choices.one_in(8) {
            fields.insert((*name).to_owned(), fitting(choices, name, depth));
        }
    }
    for _ in 0..choices.below(6) {
        let name = choices.of(&FIELDS);
        let value = if choices.one_in(6) { any(choices, depth) } else { fitting(choices, name, depth) };
        fields.insert(name.to_owned(), value);
    }
    if choices.one_in(16) {
        fields.insert(choices.text(&["colour", "$where", "__proto__"]), any(choices, depth));
    }
    Value::Object(fields)
}

/// A value such as the field wants.
fn fitting(choices: &mut Choices<'_>, field: &str, depth: usize) -> Value {
    let inner = depth.saturating_sub(1);
    match field {
        "content" | "query" | "goal" => text(choices),
        "id" | "to" | "recall_id" => id(choices),
        "useful" | "useless" | "supersedes" => list(choices, id),
        "tags" | "tags_all" | "tags_any" | "context" | "preconditions" | "effects" => list(choices, text),
        "memories" | "payload" | "procedure" | "metadata" | "filters" | "links" if depth == 0 => Value::Null,
        "memories" => list(choices, |choices| object(choices, &["content"], inner)),
        "payload" => object(choices, &["content"], inner),
        "procedure" => object(choices, &["preconditions", "effects"], inner),
        "metadata" | "filters" => object(choices, &[], inner),
        "links" => list(choices, |choices| object(choices, &["to", "relation"], inner)),
        "importance" | "min_score" | "threshold" | "diversity" | "min_importance" | "cost" | "k" | "top_k"
        | "limit" | "ttl_seconds" | "max_steps" | "alternatives" | "time_budget_ms" => number(choices),
        "explain" | "include_superseded" => choices.one_in(2).into(),
        _ => text(choices),
    }
}

fn any(choices: &mut Choices<'_>, depth: usize) -> Value {
    match choices.below(if depth == 0 { 4 } else { 6 }) {
        0 => Value::Null,
        1 => choices.one_in(2).into(),
        2 => number(choices),
        3 => text(choices),
        4 => list(choices, |choices| any(choices, depth - 1)),
        _ => object(choices, &[], depth - 1),
    }
}

fn list(choices: &mut Choices<'_>, item: impl Fn(&mut Choices<'_>) -> Value) -> Value {
    (0..choices.below(4)).map(|_| item(choices)).collect::<Vec<_>>().into()
}

fn text(choices: &mut Choices<'_>) -> Value {
    let text = choices.text(&TEXTS);
    if choices.one_in(64) { text.repeat(4000).into() } else { text.into() }
}

fn id(choices: &mut Choices<'_>) -> Value {
    choices.of(&[IDS[0], IDS[1], IDS[2], NOBODY, "1", "01890A5D-AC96-774B-BCCE-B302099A8057"]).into()
}

fn number(choices: &mut Choices<'_>) -> Value {
    let number: Result<Number, _> = choices.of(&NUMBERS).parse();
    number.map_or(Value::Null, Value::Number)
}
