//! Whatever memory there can be comes back equal; what no memory can be made of is refused.
#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

use std::collections::BTreeMap;

use domain::encoding::{EncoderId, Encoding};
use domain::link::{Link, Relation};
use domain::memory::{Cost, Importance, Kind, Memory, MemoryId, MemoryText, Origin, Procedure, Source, Times};
use domain::metadata::{Metadata, Value};
use domain::tenant::{Label, Namespace, Tenant};
use domain::time::Timestamp;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use somabrain_record::{from_json, json, to_json};
use uuid::Uuid;

fn finite() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("finite", |number| number.is_finite())
}

/// Any characters, quotes and controls too.
fn text() -> impl Strategy<Value = String> {
    vec(any::<char>(), 0..12).prop_map(|all| all.into_iter().collect())
}

fn label() -> impl Strategy<Value = Label> {
    text().prop_filter_map("a label", |text| Label::try_new(&text).ok())
}

fn words() -> impl Strategy<Value = MemoryText> {
    text().prop_map(|text| MemoryText::try_new(&format!("{text}.")).unwrap())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i128>().prop_map(Value::Integer),
        any::<i64>().prop_map(|number| Value::Integer(number.into())),
        finite().prop_map(Value::Float),
        any::<i32>().prop_map(|number| Value::Float(number.into())),
        text().prop_map(Value::Text),
    ];
    leaf.prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::List),
            btree_map(text(), inner, 0..4).prop_map(Value::Object),
        ]
    })
}

fn metadata() -> impl Strategy<Value = Metadata> {
    btree_map(text(), value(), 0..5).prop_map(|entries| Metadata::try_new(entries).unwrap())
}

fn id() -> impl Strategy<Value = MemoryId> {
    any::<u128>().prop_map(|number| MemoryId(Uuid::from_u128(number)))
}

fn moment() -> impl Strategy<Value = Timestamp> {
    let (from, to) = (Timestamp::MIN.micros(), Timestamp::MAX.micros());
    (from..=to).prop_map(|micros| Timestamp::from_micros(micros).unwrap())
}

fn links() -> impl Strategy<Value = Vec<Link>> {
    vec((id(), 0..8usize).prop_map(|(to, nth)| Link { to, relation: Relation::ALL[nth] }), 0..4)
}

fn procedure() -> impl Strategy<Value = Procedure> {
    (vec(words(), 0..3), vec(words(), 0..3), 0.0..f64::MAX).prop_map(|(preconditions, effects, cost)| Procedure {
        preconditions,
        effects,
        cost: Cost::try_new(cost).unwrap(),
    })
}

fn encoding() -> impl Strategy<Value = Encoding> {
    (vec(any::<i8>(), 1..300), text()).prop_map(|(mut row, encoder)| {
        row[0] |= 1;
        Encoding::from_row(EncoderId::new(&encoder), row.into()).unwrap()
    })
}

fn origin() -> impl Strategy<Value = Origin> {
    let labels = (option::of(label()), option::of(label()), option::of(label()), option::of(label()));
    (labels, 0..4usize).prop_map(|((user, agent, session, speaker), nth)| Origin {
        user,
        agent,
        session,
        speaker,
        source: Source::ALL[nth],
    })
}

fn times() -> impl Strategy<Value = Times> {
    (option::of(moment()), moment(), moment(), option::of(moment()), option::of(moment()))
        .prop_map(|(occurred, created, valid, invalid, expires)| Times { occurred, created, valid, invalid, expires })
}

fn memory() -> impl Strategy<Value = Memory> {
    let names = ("[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "[A-Za-z0-9][A-Za-z0-9._:-]{0,127}", id(), words(), 0..3usize);
    let parts = (origin(), vec(label(), 0..4), metadata(), times(), vec(id(), 0..3), links());
    let rest = (option::of(procedure()), option::of(encoding()), any::<u32>());
    let numbers = (0.0..=1.0f64, 0.0..=1.0f64, 0.0..=1.0f64);
    (names, parts, rest, numbers).prop_map(|(names, parts, rest, (importance, novelty, salience))| {
        let (tenant, namespace, id, content, nth) = names;
        let (origin, tags, metadata, times, supersedes, links) = parts;
        let (procedure, encoding, version) = rest;
        Memory {
            tenant: Tenant::try_new(&tenant).unwrap(),
            id,
            namespace: Namespace::try_new(&namespace).unwrap(),
            content,
            kind: Kind::ALL[nth],
            importance: Importance::try_new(importance).unwrap(),
            origin,
            tags,
            metadata,
            times,
            supersedes,
            links,
            procedure,
            encoding,
            novelty,
            salience,
            version,
        }
    })
}

proptest! {
    #[test]
    fn a_memory_comes_back_as_it_was(memory in memory()) {
        let text = to_json(&memory);
        prop_assert_eq!(&from_json(&text).unwrap(), &memory);
        prop_assert_eq!(to_json(&from_json(&text).unwrap()), text);
    }

    #[test]
    fn every_part_comes_back_as_it_was(metadata in metadata(), tags in vec(label(), 0..5), links in links(),
                                       ids in vec(id(), 0..5), procedure in procedure()) {
        prop_assert_eq!(json::to_metadata("metadata", &json::from_metadata(&metadata)).unwrap(), metadata);
        prop_assert_eq!(json::to_labels("tags", &json::from_labels(&tags)).unwrap(), tags);
        prop_assert_eq!(json::to_links("links", &json::from_links(&links)).unwrap(), links);
        prop_assert_eq!(json::to_ids("supersedes", &json::from_ids(&ids)).unwrap(), ids);
        prop_assert_eq!(json::to_procedure("procedure", &json::from_procedure(&procedure)).unwrap(), procedure);
    }
}

#[test]
fn the_sign_of_zero_and_every_bit_of_a_number_are_kept() {
    for number in [-0.0, 0.1 + 0.2, f64::MIN_POSITIVE / 3.0, f64::MAX, 1e16, 9_007_199_254_740_993.0] {
        let metadata = Metadata::try_new(BTreeMap::from([("x".into(), Value::Float(number))])).unwrap();
        let back = json::to_metadata("metadata", &json::from_metadata(&metadata)).unwrap();
        let Some(Value::Float(found)) = back.get("x") else { panic!("no number: {back:?}") };
        assert_eq!(found.to_bits(), number.to_bits());
    }
}

#[test]
fn a_procedure_keeps_its_text() {
    let text = r#"{"cost":2.0,"effects":["done"],"preconditions":["begun"]}"#;
    assert_eq!(json::from_procedure(&json::to_procedure("procedure", text).unwrap()), text);
}

const PLAIN: &str = r#"{"tenant":"acme","id":"00000000-0000-0000-0000-000000000001","namespace":"default",
    "content":"a secret","kind":"episodic","importance":0.5,"source":"user","created":0,"valid":0,"novelty":0.0,
    "salience":0.0,"version":1}"#;

#[test]
fn what_breaks_a_law_is_refused_by_its_field() {
    assert!(from_json(PLAIN).is_ok());
    let changed = [
        ("tenant", r#""acme""#, r#""../acme""#),
        ("content", "a secret", " "),
        ("kind", "episodic", "odd"),
        ("importance", "0.5", "1.5"),
        ("source", r#""user""#, r#""elsewhere""#),
        ("created", r#""created":0"#, r#""created":9223372036854775807"#),
        ("encoding", r#""version""#, r#""encoding":{"encoder":"e","row":"AA=="},"version""#),
        ("links", r#""version""#, r#""links":[["odd","00000000-0000-0000-0000-000000000001"]],"version""#),
    ];
    for (field, from, to) in changed {
        assert_eq!(from_json(&PLAIN.replace(from, to)).unwrap_err().field, field);
    }
}

#[test]
fn what_is_refused_is_never_quoted() {
    let texts = [
        PLAIN.replace(r#""version":1"#, r#""version":"a secret""#),
        PLAIN.replace("00000000-0000-0000-0000-000000000001", "a secret"),
        PLAIN.replace("0.5", "\"a secret\""),
        PLAIN.replace("}", ""),
    ];
    for text in texts {
        let error = from_json(&text).unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }
}

#[test]
fn metadata_too_deep_for_any_stack_is_refused() {
    let deep = format!(r#"{{"x":{}{}}}"#, "[".repeat(1_000_000), "]".repeat(1_000_000));
    assert!(json::to_metadata("metadata", &deep).is_err());
    let large = format!(r#"{{"x":{}}}"#, "9".repeat(50));
    assert!(json::to_metadata("metadata", &large).is_err());
}
