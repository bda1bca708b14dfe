//! What looks like a secret, and what only sounds like one.

use std::collections::BTreeMap;

use domain::metadata::{Metadata, Value};
use domain::secrets::SecretKind::{CardNumber, Password, PrivateKey, Token};
use domain::secrets::{SecretKind, in_metadata, in_text};
use proptest::prelude::*;

fn found(text: &str) -> Vec<SecretKind> {
    in_text(text).into_iter().collect()
}

/// Put together here, so that no scanner takes this file for a leak.
fn of(parts: &[&str]) -> String {
    parts.concat()
}

#[test]
fn keys_and_tokens_of_known_forms_are_seen_within_a_text() {
    let digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    let cases = [
        (of(&["-----BEGIN ", "PRIVATE KEY-----\nMIIE"]), PrivateKey),
        (of(&["-----BEGIN RSA ", "PRIVATE KEY-----"]), PrivateKey),
        (of(&["-----BEGIN OPENSSH ", "PRIVATE KEY-----"]), PrivateKey),
        (of(&["-----BEGIN PGP ", "PRIVATE KEY BLOCK-----"]), PrivateKey),
        (of(&["AKIA", "IOSFODNN7EXAMPLE"]), Token),
        (of(&["ghp_", digits]), Token),
        (of(&["glpat-", "abcdefghij0123456789"]), Token),
        (of(&["xoxb-", "1234567890-abcdef"]), Token),
        (of(&["sk_live_", "0123456789abcdefgh"]), Token),
        (of(&["sk-proj-", digits]), Token),
        (of(&["npm_", digits]), Token),
        (of(&["eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiJhZGEifQ", ".c2lnbmF0dXJlLXNpZ25hdHVyZQ"]), Token),
    ];
    for (secret, kind) in cases {
        let text = format!("note to self: {secret} is what they gave us");
        assert!(in_text(&text).contains(&kind), "{text}: {:?}", found(&text));
    }
}

#[test]
fn a_value_that_is_named_as_a_secret_is_one() {
    for text in [
        "password: hunter2hunter2",
        "the PASSWORD=Tr0ub4dor&3",
        "api_key = \"a8f5f167f44f4964\"",
        "\"client_secret\": \"q1w2e3r4t5\"",
        "postgres://ann:s3cret@db/prod",
    ] {
        assert_eq!(found(text), [Password], "{text}");
    }
}

#[test]
fn numbers_of_cards_are_seen_however_they_are_written() {
    for number in ["4111111111111111", "4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005"] {
        assert_eq!(found(&format!("she paid with {number}, she said")), [CardNumber], "{number}");
    }
}

#[test]
fn what_only_sounds_like_a_secret_is_none() {
    for text in [
        "the secret: always salt the water",
        "password: required by the form",
        "a token of my gratitude",
        "her phone is +49 170 1234567",
        "4111111111111112 has a wrong check digit",
        "order 0000000000000000",
        "trace 4bf92f3577b34da6a3ce929d0e0e4736",
        "id 01890a5d-ac96-774b-bcce-b302099a8057",
        "https://example.org:8080/path@2x.png",
        "-----BEGIN PUBLIC KEY-----",
        "\u{1f9e0} ٤١١١١١١١١١١١١١١١",
        "",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn metadata_is_looked_through_at_every_depth() {
    let text = |value: &str| Value::Text(value.into());
    let object = |name: &str, value| Value::Object(BTreeMap::from([(name.to_owned(), value)]));
    let metadata = |value| Metadata::try_new(BTreeMap::from([("config".to_owned(), value)])).expect("metadata");
    let deep = metadata(object("list", Value::List(vec![object("card", text("4111 1111 1111 1111"))])));
    assert_eq!(in_metadata(&deep).into_iter().collect::<Vec<_>>(), [CardNumber]);
    let named = metadata(object("password", text("correct4horse")));
    assert_eq!(in_metadata(&named).into_iter().collect::<Vec<_>>(), [Password]);
    assert!(in_metadata(&metadata(text("blue"))).is_empty());
}

proptest! {
    #[test]
    fn no_text_is_too_much(text in any::<String>()) {
        in_text(&text);
    }

    #[test]
    fn a_card_is_seen_between_any_words(before in "[a-zé ]{0,20}", after in "[a-zé ]{0,20}") {
        let text = format!("{before}x4111111111111111x{after}");
        prop_assert!(in_text(&text).contains(&CardNumber));
    }
}
