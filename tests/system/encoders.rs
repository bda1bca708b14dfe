//! Another encoder: an embeddings endpoint takes the place of the shipped table, on a folder that has memories already.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::endpoint::{Endpoint, Manner};
use crate::server::{Server, command, place, program};

/// The program with the endpoint as its encoder.
fn with(endpoint: &Endpoint, data: &Path) -> Command {
    let mut command = command(&program(), data);
    command
        .env("SOMABRAIN_ENCODER", "embeddings")
        .env("SOMABRAIN_EMBEDDINGS_URL", &endpoint.url)
        .env("SOMABRAIN_EMBEDDINGS_MODEL", "words")
        .env("SOMABRAIN_EMBEDDINGS_KEY", "sk-a-key-that-nobody-sees");
    command
}

fn reencode(endpoint: &Endpoint, data: &Path) -> Output {
    let output = with(endpoint, data).arg("reencode").output().expect("it runs");
    assert!(!said(&output).contains("that-nobody-sees"), "{}", said(&output));
    output
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn remember(server: &Server, content: &str) {
    let (status, answer) =
        server.call("POST", "/remember", &json!({"content": content}).to_string()).expect("it answers");
    assert_eq!(status, 201, "{answer}");
}

/// The best answer, and how much its meaning counted.
fn best(server: &Server, query: &str) -> (String, f64) {
    let body = json!({"query": query, "k": 1, "explain": true}).to_string();
    let (status, answer) = server.call("POST", "/recall", &body).expect("it answers");
    assert_eq!((status, &answer["degraded"]), (200, &Value::Bool(false)), "{answer}");
    let memory = &answer["memories"][0];
    let terms = memory["explanation"]["terms"].as_array().cloned().unwrap_or_default();
    let semantic = terms.iter().find(|term| term["term"] == "semantic").and_then(|term| term["signal"].as_f64());
    (memory["content"].as_str().unwrap_or_default().to_owned(), semantic.unwrap_or(0.0))
}

/// Lines to import, one memory each.
fn import(data: &Path, contents: impl IntoIterator<Item = String>) {
    let lines: Vec<String> = contents.into_iter().map(|content| json!({"content": content}).to_string()).collect();
    let folder = place();
    let file = folder.path().join("lines.jsonl");
    fs::write(&file, lines.join("\n")).expect("it can be written");
    let output = command(&program(), data).arg("import").arg(&file).output().expect("it runs");
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn an_endpoint_takes_the_place_of_the_table_and_everything_is_found_before_and_after() {
    let (data, endpoint) = (place(), Endpoint::start());
    let mut server = Server::start(&program(), data.path()).expect("it starts");
    remember(&server, "zorblatt is kept in the attic");
    remember(&server, "the tomatoes need water every day");
    assert_eq!(server.terminate().expect("it ends"), Some(0));

    let mut server = Server::of(with(&endpoint, data.path())).expect("it starts with the endpoint");
    assert_eq!(best(&server, "vegetables that want watering").0, "the tomatoes need water every day");
    remember(&server, "the automobile stands in the yard");
    let (found, semantic) = best(&server, "car");
    assert_eq!(found, "the automobile stands in the yard");
    assert!(semantic > 0.2, "{semantic}");
    let (_, health) = server.call("GET", "/health", "").expect("it answers");
    assert_eq!(health["components"]["encoder"]["status"], "healthy", "{health}");
    let locked = reencode(&endpoint, data.path());
    assert!(!locked.status.success() && said(&locked).contains("a server has the data folder"), "{}", said(&locked));
    assert_eq!(server.terminate().expect("it ends"), Some(0));

    let done = reencode(&endpoint, data.path());
    assert!(
        done.status.success() && said(&done).contains("2 memories have encodings of openai:words:384"),
        "{}",
        said(&done)
    );
    let again = reencode(&endpoint, data.path());
    assert!(again.status.success() && said(&again).contains("0 memories have"), "{}", said(&again));

    let server = Server::of(with(&endpoint, data.path())).expect("it starts again");
    let (found, semantic) = best(&server, "quimbel");
    assert_eq!(found, "zorblatt is kept in the attic");
    assert!(semantic > 0.2, "only the endpoint knows these words: {semantic}");
}

#[test]
fn an_interrupted_run_goes_on_where_it_was() {
    let (data, endpoint) = (place(), Endpoint::start());
    import(data.path(), (0..300).map(|number| format!("note number {number}")));
    let wrong = || Manner::Saying(401, "", json!({"error": {"code": "invalid_api_key"}}).to_string());
    // One request for the dimensions, four for the first 256 memories; then the key is no good any more.
    endpoint.behave((0..5).map(|_| Manner::Well).chain((0..45).map(|_| wrong())));
    let broken = reencode(&endpoint, data.path());
    assert_eq!(broken.status.code(), Some(1));
    let words = said(&broken);
    assert!(words.contains("256 memories") && words.contains("run it again to go on"), "{words}");
    let rest = reencode(&endpoint, data.path());
    assert!(rest.status.success() && said(&rest).contains("44 memories"), "{}", said(&rest));
}

#[test]
fn a_text_that_the_endpoint_refuses_keeps_its_encoding_and_holds_nobody_up() {
    let (data, endpoint) = (place(), Endpoint::start());
    import(
        data.path(),
        ["the ladder stands in the cellar", "an unencodable text", "the lamp is broken"].map(String::from),
    );
    let done = reencode(&endpoint, data.path());
    let words = said(&done);
    assert!(done.status.success() && words.contains("2 memories") && words.contains("1 keep"), "{words}");
    assert!(!words.contains("an unencodable text"), "{words}");
    let server = Server::of(with(&endpoint, data.path())).expect("it starts");
    let body = json!({"content": "another unencodable text"}).to_string();
    let (status, _) = server.call("POST", "/remember", &body).expect("it answers");
    assert_eq!(status, 500, "nothing is stored without a place in meaning");
}

#[test]
fn settings_of_an_encoder_that_cannot_be_used_are_named() {
    let data = place();
    for (set, word) in [
        (vec![("SOMABRAIN_ENCODER", "magic")], "must be `static` or `embeddings`"),
        (vec![("SOMABRAIN_ENCODER", "embeddings")], "SOMABRAIN_EMBEDDINGS_URL"),
        (
            vec![
                ("SOMABRAIN_ENCODER", "embeddings"),
                ("SOMABRAIN_EMBEDDINGS_URL", "http://127.0.0.1:1"),
                ("SOMABRAIN_EMBEDDINGS_MODEL", "words"),
            ],
            "could not be reached",
        ),
    ] {
        let output = command(&program(), data.path()).envs(set).output().expect("it runs");
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains(word), "{}", said(&output));
    }
}
