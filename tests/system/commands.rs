//! The command line as a new user meets it: on the folder, beside a server, and with everything wrong.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Output;

use crate::server::{Server, command, place, program};
use serde_json::{Value, json};

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Runs a command of the program to its end.
pub(crate) fn run(program: &Path, data: &Path, arguments: &[&str]) -> Output {
    command(program, data).args(arguments).output().expect("the program runs")
}

pub(crate) fn done(program: &Path, data: &Path, arguments: &[&str]) -> String {
    let output = run(program, data, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// One line on the error stream, no panic, a failure's exit code.
pub(crate) fn refused(output: &Output, words: &str) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains(words), "`{words}` is said: {error}");
    assert!(!error.contains("panicked"), "{error}");
}

#[test]
fn what_is_remembered_on_the_command_line_is_recalled_there() {
    let (program, data) = (program(), place());
    let id = done(&program, data.path(), &["remember", "the spare key is under the blue pot", "--tag", "home"]);
    let found = done(&program, data.path(), &["recall", "where is the spare key?", "--explain"]);
    assert!(found.contains(id.trim()) && found.contains("blue pot") && found.contains("lexical"), "{found}");
}

#[test]
fn commands_use_the_running_server_where_it_has_the_folder() {
    let (program, data) = (program(), place());
    let server = Server::start(&program, data.path()).expect("it starts");
    let port = server.url.rsplit(':').next().expect("a port");
    let output = command(&program, data.path())
        .env("SOMABRAIN_PORT", port)
        .args(["remember", "the ladder stands in the cellar"])
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{}", text(&output));
    let (_, answer) = server.call("POST", "/recall", r#"{"query": "ladder", "k": 1}"#).expect("it answers");
    assert_eq!(answer["memories"][0]["content"], "the ladder stands in the cellar");
}

#[test]
fn importing_twice_stores_once_and_does_not_bring_back_what_was_erased() {
    let (program, data) = (program(), place());
    let file = data.path().join("chat.json");
    let chat = json!({"messages": [
        {"role": "user", "content": "my cat is called Minka"},
        {"role": "assistant", "content": [{"type": "text", "text": "Minka is a lovely name"}]},
    ]});
    fs::write(&file, chat.to_string()).expect("it can be written");
    let (folder, file) = (data.path().join("data"), file.to_str().expect("a plain path").to_string());
    let counts = |output: &str| serde_json::from_str::<Value>(output).expect("JSON");
    let first = counts(&done(&program, &folder, &["import", "--json", &file]));
    assert_eq!(first, json!({"stored": 2, "duplicates": 0, "erased_before": 0}));
    let server = Server::start(&program, &folder).expect("it starts");
    let (_, found) = server.call("POST", "/recall", r#"{"query": "my cat", "k": 1}"#).expect("it answers");
    let id = found["memories"][0]["id"].as_str().expect("an id").to_string();
    let (status, _) = server.call("DELETE", &format!("/memories/{id}"), "").expect("it answers");
    assert!((200..300).contains(&status));
    drop(server);
    let second = counts(&done(&program, &folder, &["import", "--json", &file]));
    assert_eq!(second, json!({"stored": 0, "duplicates": 1, "erased_before": 1}));
}

#[test]
fn locomo_conversations_become_namespaces_and_sessions() {
    let (program, data) = (program(), place());
    let file = data.path().join("conversations.json");
    let sample = json!([{"sample_id": "conv-x", "conversation": {
        "speaker_a": "Ann", "speaker_b": "Bo",
        "session_1_date_time": "1:56 pm on 8 May, 2023",
        "session_1": [{"speaker": "Ann", "dia_id": "D1:1", "text": "Look at this!", "blip_caption": "a red kite"}],
    }}]);
    fs::write(&file, sample.to_string()).expect("it can be written");
    let folder = data.path().join("data");
    done(&program, &folder, &["import", file.to_str().expect("a plain path")]);
    let found = done(&program, &folder, &["recall", "kite", "--namespace", "conv-x", "--json"]);
    let found: Value = serde_json::from_str(&found).expect("JSON");
    let memory = &found["memories"][0];
    assert_eq!(memory["content"], "Look at this! [a red kite]");
    assert_eq!(memory["occurred_at"], "2023-05-08T13:56:00.000000Z");
    assert_eq!((&memory["speaker"], &memory["session_id"]), (&json!("Ann"), &json!("session_1")));
    assert_eq!(memory["metadata"]["dia_id"], "D1:1");
}

#[test]
fn a_line_of_an_import_with_too_long_a_list_is_named_with_the_list_and_its_limit() {
    let (program, data) = (program(), place());
    let file = data.path().join("lines.jsonl");
    let facts = vec!["the kettle is on"; 65];
    for (list, told) in [
        (json!({"content": "x", "tags": vec!["a"; 65]}), "line 2 has 65 items in `tags`, at most 64"),
        (
            json!({"content": "x", "procedure": {"effects": facts}}),
            "line 2 has 65 items in `procedure.effects`, at most 64",
        ),
    ] {
        fs::write(&file, format!("{}\n{list}\n", json!({"content": "good"}))).expect("it can be written");
        refused(&run(&program, &data.path().join("data"), &["import", file.to_str().expect("a plain path")]), told);
    }
}

/// More than a batch may touch.
#[test]
fn an_import_may_touch_any_number_of_namespaces() {
    let (program, data) = (program(), place());
    let (file, folder) = (data.path().join("lines.jsonl"), data.path().join("data"));
    let line =
        |number: usize| json!({"content": "tea", "namespace": format!("room-{}", number % 70)}).to_string() + "\n";
    fs::write(&file, (0..140).map(line).collect::<String>()).expect("it can be written");
    let told = done(&program, &folder, &["import", "--json", file.to_str().expect("a plain path")]);
    let told: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!((&told["stored"], &told["duplicates"]), (&json!(70), &json!(70)));
}

#[test]
fn a_bad_line_of_an_import_is_named_and_nothing_of_the_file_is_stored() {
    let (program, data) = (program(), place());
    let file = data.path().join("lines.jsonl");
    fs::write(&file, "{\"content\": \"good\"}\n{\"content\": 5}\n").expect("it can be written");
    let folder = data.path().join("data");
    refused(&run(&program, &folder, &["import", file.to_str().expect("a plain path")]), "line 2");
    let left = done(&program, &folder, &["recall", "good", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&left).expect("JSON")["memories"], json!([]));
}

#[test]
fn a_plan_is_printed_in_the_order_of_its_steps() {
    let (program, data) = (program(), place());
    let server = Server::start(&program, data.path()).expect("it starts");
    let remember = |body: Value| -> String {
        let (status, answer) = server.call("POST", "/remember", &body.to_string()).expect("it answers");
        assert_eq!(status, 201, "{answer}");
        answer["id"].as_str().expect("an id").to_string()
    };
    let build = remember(json!({"content": "build the image"}));
    let migrate = remember(json!({"content": "run the migrations", "links": [{"to": build, "relation": "requires"}]}));
    remember(json!({"content": "deploy the service", "links": [{"to": migrate, "relation": "requires"}]}));
    drop(server);
    let printed = done(&program, data.path(), &["plan", "deploy the service"]);
    let at = |words: &str| printed.find(words).unwrap_or_else(|| panic!("`{words}` is a step: {printed}"));
    assert!(printed.starts_with("complete") && at("build") < at("migrations") && at("migrations") < at("deploy"));
}

#[test]
fn the_audit_log_verifies_and_a_changed_key_does_not_fit() {
    let (program, data) = (program(), place());
    done(&program, data.path(), &["remember", "something worth an audit row"]);
    assert!(done(&program, data.path(), &["audit", "verify"]).contains("1 events of 1 tenants verified"));
    let other = command(&program, data.path())
        .env("SOMABRAIN_AUDIT_KEY", "another key of thirty-two bytes, at least")
        .args(["audit", "verify"])
        .output()
        .expect("it runs");
    refused(&other, "tampered");
}

#[test]
fn an_audit_of_no_data_folder_says_so_and_makes_none() {
    let (program, data) = (program(), place());
    let nowhere = data.path().join("nowhere");
    refused(&run(&program, &nowhere, &["audit", "verify"]), "SOMABRAIN_DATA_DIR");
    assert!(!nowhere.exists());
}

#[test]
fn maintenance_commands_do_their_work_on_the_folder() {
    let (program, data) = (program(), place());
    done(&program, data.path(), &["remember", "to be counted"]);
    assert!(done(&program, data.path(), &["reindex"]).contains("1 memories"));
    assert!(done(&program, data.path(), &["compact"]).contains("nothing of what was erased is left"));
}

#[test]
fn a_token_of_the_command_line_opens_a_server_in_production() {
    let (program, data) = (program(), place());
    let production = || {
        let mut command = command(&program, data.path());
        command.env("SOMABRAIN_MODE", "production");
        command.env("SOMABRAIN_JWT_SECRET", "a secret of more than thirty-two bytes for trials");
        command
    };
    let server = Server::of(production()).expect("it starts");
    let minted = production().args(["token", "--tenant", "acme", "--role", "reader"]).output().expect("it runs");
    let bearer = format!("Bearer {}", String::from_utf8_lossy(&minted.stdout).trim());
    let body = r#"{"query": "test", "k": 1}"#;
    let status =
        |bearer: &str, path: &str, body: &str| server.call_as(bearer, "POST", path, body).expect("it answers").0;
    assert_eq!(status(&bearer, "/recall", body), 200);
    assert_eq!(status("", "/recall", body), 401);
    assert_eq!(status("Bearer a.b.c", "/recall", body), 401);
    assert_eq!(status(&bearer, "/remember", r#"{"content": "a reader may not write"}"#), 403);
    let (_, metrics) = server.call("GET", "/metrics", "").expect("it answers");
    let metrics = metrics.as_str().expect("a text");
    assert!(metrics.contains("somabrain_auth_failures_total{reason=\"missing\"} 1"), "{metrics}");
    refused(&run(&program, data.path(), &["token"]), "SOMABRAIN_JWT_SECRET");
}

#[test]
fn settings_are_explained_and_secrets_are_not_printed() {
    let (program, data) = (program(), place());
    let output = command(&program, data.path())
        .env("SOMABRAIN_JWT_SECRET", "a secret of more than thirty-two bytes for trials")
        .env("SOMABRAIN_RATE_RSP", "5")
        .arg("check-config")
        .output()
        .expect("it runs");
    let printed = text(&output);
    assert!(printed.contains("SOMABRAIN_JWT_SECRET") && printed.contains("***"), "{printed}");
    assert!(!printed.contains("thirty-two"), "{printed}");
    assert!(printed.contains("SOMABRAIN_RATE_RSP is not a setting: did you mean SOMABRAIN_RATE_RPS?"), "{printed}");
}

#[test]
fn settings_that_cannot_be_are_refused_with_their_name() {
    let (program, data) = (program(), place());
    let with =
        |name: &str, value: &str| command(&program, data.path()).env(name, value).output().expect("the program runs");
    refused(&with("SOMABRAIN_PORT", "many"), "SOMABRAIN_PORT is `many`");
    refused(&with("SOMABRAIN_MODE", "test"), "SOMABRAIN_MODE is `test`");
    refused(&with("SOMABRAIN_MODE", "production"), "SOMABRAIN_JWT_SECRET");
    refused(&with("SOMABRAIN_JWT_SECRET", "short"), "at least 32");
    refused(&with("SOMABRAIN_HOST", "0.0.0.0"), "SOMABRAIN_MODE=production");
    refused(&with("SOMABRAIN_CONFIG", "/no/such/file.toml"), "/no/such/file.toml");
}

#[test]
fn a_port_in_use_a_folder_in_use_and_a_folder_that_is_a_file_are_refused() {
    let (program, data) = (program(), place());
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("its address").port().to_string();
    let output = command(&program, data.path()).env("SOMABRAIN_PORT", port).output().expect("it runs");
    refused(&output, "SOMABRAIN_PORT");
    let server = Server::start(&program, data.path()).expect("it starts");
    refused(&run(&program, data.path(), &["serve"]), "in use by another process");
    drop(server);
    let file = data.path().join("a file");
    fs::write(&file, "not a folder").expect("it can be written");
    refused(&run(&program, &file, &["serve"]), "SOMABRAIN_DATA_DIR");
}

#[test]
fn a_server_that_is_asked_to_stop_ends_with_zero() {
    let (program, data) = (program(), place());
    let mut server = Server::start(&program, data.path()).expect("it starts");
    assert_eq!(server.terminate().expect("it can be asked"), Some(0));
}

#[test]
fn the_checked_in_openapi_document_is_the_one_that_is_served() {
    let (program, data) = (program(), place());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/somabrain.json");
    let checked_in = fs::read_to_string(file).expect("it is there");
    let printed = done(&program, data.path(), &["openapi"]);
    assert!(printed.trim() == checked_in.trim(), "write it anew: somabrain openapi > openapi/somabrain.json");
    let server = Server::start(&program, data.path()).expect("it starts");
    let (_, served) = server.call("GET", "/openapi.json", "").expect("it answers");
    assert_eq!(served, serde_json::from_str::<Value>(&checked_in).expect("JSON"));
}
