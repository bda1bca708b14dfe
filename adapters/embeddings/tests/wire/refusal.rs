//! What the endpoint refuses, what it says about it, and what nobody is told.

use std::error::Error;

use application::ports::encoder::Encoder;
use application::ports::error::{PortError, PortErrorKind};
use somabrain_embeddings::{Config, Embeddings};

use crate::server::{Endpoint, Manner};

const KEY: &str = "sk-0123456789abcdef";
const SECRET: &str = "the code of the safe is four eight fifteen";

fn config(endpoint: &Endpoint) -> Config {
    Config { key: Some(KEY.into()), dimensions: Some(16), ..Config::new(&endpoint.url, "words") }
}

/// The whole chain of an error, as a log shows it.
fn chain(error: &PortError) -> String {
    let mut chain = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(error) = source {
        chain.push_str(&format!(" {error} {error:?}"));
        source = error.source();
    }
    chain
}

async fn refusal(status: u16, body: &str) -> PortError {
    let endpoint = Endpoint::start();
    let encoder = Embeddings::connect(config(&endpoint)).await.unwrap();
    endpoint.behave([Manner::Saying(status, "", body.into())]);
    let failed = encoder.encode(&[SECRET]).await.unwrap_err();
    assert_eq!(endpoint.asked().len(), 1, "a refusal is not repeated");
    failed
}

#[tokio::test]
async fn a_text_that_is_too_long_for_the_endpoint_fails_with_its_reason() {
    let said = "This model's maximum context length is 8192 tokens, however you requested 9000 tokens.";
    let body = serde_json::json!({"error": {"message": said, "type": "invalid_request_error", "code": null}});
    let failed = refusal(400, &body.to_string()).await;
    assert_eq!(failed.kind, PortErrorKind::Internal);
    assert!(
        chain(&failed).contains("answered 400: invalid_request_error: This model's maximum context length is 8192")
    );
}

#[tokio::test]
async fn a_refusal_that_repeats_a_text_or_the_key_is_told_without_it() {
    let text = serde_json::json!({"error": {"message": format!("cannot encode '{SECRET}'"), "code": "bad_input"}});
    let piece = serde_json::json!({"error": format!("cannot encode '{}...'", &SECRET[4..22])});
    let key = serde_json::json!({"error": {"message": format!("Incorrect API key provided: {KEY}."), "code": "invalid_api_key"}});
    for (status, body, code) in [(422, text, "bad_input"), (400, piece, ""), (401, key, "invalid_api_key")] {
        let told = chain(&refusal(status, &body.to_string()).await);
        assert!(told.contains(&format!("answered {status}")) && told.contains(code), "{told}");
        assert!(!told.contains("safe") && !told.contains("0123456789"), "{told}");
    }
}

#[tokio::test]
async fn a_refusal_without_a_reason_is_one_too() {
    for body in ["", "<html>", "[]", "{}", r#"{"error": null}"#, r#"{"error": {"message": 7}}"#] {
        let failed = refusal(404, body).await;
        assert!(chain(&failed).contains("answered 404"), "{body}");
    }
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_refused_at_the_start() {
    let endpoint = Endpoint::start();
    for url in ["", "words", "ftp://host", "http://", "http://me:pass@host", "http://host?a=b"] {
        let refused = Embeddings::connect(Config { url: url.into(), ..config(&endpoint) }).await;
        assert!(chain(&refused.err().unwrap()).contains("the url must be"), "{url}");
    }
    for (broken, word) in [
        (Config { model: String::new(), ..config(&endpoint) }, "model"),
        (Config { model: "two words".into(), ..config(&endpoint) }, "model"),
        (Config { key: Some("two words".into()), ..config(&endpoint) }, "key"),
        (Config { key: Some(String::new()), ..config(&endpoint) }, "key"),
        (Config { dimensions: Some(0), ..config(&endpoint) }, "dimensions"),
        (Config { dimensions: Some(4_097), ..config(&endpoint) }, "dimensions"),
        (Config { batch: 0, ..config(&endpoint) }, "batch"),
    ] {
        let refused = Embeddings::connect(broken).await.err().unwrap();
        assert!(chain(&refused).contains(&format!("the {word} must")), "{}", chain(&refused));
    }
}

#[tokio::test]
async fn a_model_of_too_many_dimensions_is_refused_at_the_start() {
    let endpoint = Endpoint::start();
    let long = serde_json::json!({"data": [{"index": 0, "embedding": vec![1.0; 4_097]}]});
    endpoint.behave([Manner::Saying(200, "", long.to_string())]);
    let refused = Embeddings::connect(Config { dimensions: None, ..config(&endpoint) }).await.err().unwrap();
    assert!(chain(&refused).contains("the model has 4097 dimensions"));
}

#[test]
fn the_key_is_not_shown() {
    let shown = format!("{:?}", config(&Endpoint::start()));
    assert!(shown.contains("***") && !shown.contains("0123456789"), "{shown}");
}
