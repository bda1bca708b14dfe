//! Another encoder for a networked installation, beside a replica that serves.

use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::server::Server;
use crate::stack::Stack;

fn remember(server: &Server, content: &str) {
    let (status, answer) =
        server.call("POST", "/remember", &json!({"content": content}).to_string()).expect("it answers");
    assert_eq!(status, 201, "{answer}");
}

fn best(server: &Server, query: &str) -> Value {
    let body = json!({"query": query, "k": 1}).to_string();
    let (status, mut answer) = server.call("POST", "/recall", &body).expect("it answers");
    assert_eq!((status, &answer["degraded"]), (200, &Value::Bool(false)), "{answer}");
    answer["memories"][0]["content"].take()
}

#[test]
fn memories_are_encoded_anew_beside_a_running_replica_and_searched_by_the_memory_service() {
    let (mut stack, endpoint) = (Stack::start(1).expect("the stack starts"), Endpoint::start());
    remember(&stack.replicas[0], "zorblatt is kept in the attic");
    remember(&stack.replicas[0], "the tomatoes need water every day");
    let with = || {
        let mut command = stack.command();
        command
            .env("SOMABRAIN_ENCODER", "embeddings")
            .env("SOMABRAIN_EMBEDDINGS_URL", &endpoint.url)
            .env("SOMABRAIN_EMBEDDINGS_MODEL", "words");
        command
    };
    let replica = Server::of(with()).expect("a replica with the endpoint");
    assert_eq!(best(&replica, "zorblatt"), "zorblatt is kept in the attic", "found by its old encoding");
    remember(&replica, "the automobile stands in the yard");
    let output = with().arg("reencode").output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("2 memories have encodings of openai:words:384"), "{said}");
    assert_eq!(best(&replica, "quimbel"), "zorblatt is kept in the attic");
    assert_eq!(best(&replica, "car"), "the automobile stands in the yard");
    let (_, health) = replica.call("GET", "/health", "").expect("it answers");
    assert_eq!(health["components"]["encoder"]["status"], "healthy", "{health}");
    assert_eq!(best(&stack.replicas[0], "tomatoes"), "the tomatoes need water every day", "the old replica serves");
    let (_, old) = stack.replicas[0].call("GET", "/health", "").expect("it answers");
    assert_eq!(old["components"]["encoder"], Value::Null, "{old}");
    assert_eq!(stack.replicas[0].terminate().expect("it ends"), Some(0));
}
