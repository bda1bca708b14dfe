//! What is asked, and what an answer becomes.

use application::ports::encoder::Encoder;
use application::ports::error::PortErrorKind;
use somabrain_embeddings::{Config, Embeddings};

use crate::server::{DIMENSIONS, Endpoint, Manner};

#[tokio::test]
async fn dimensions_are_learned_from_one_request_and_named_in_the_id() {
    let endpoint = Endpoint::start();
    let encoder = Embeddings::connect(Config::new(&endpoint.url, "words")).await.unwrap();
    assert_eq!(encoder.dimensions(), DIMENSIONS);
    assert_eq!(encoder.id().as_str(), "openai:words:384");
    assert_eq!(endpoint.asked().len(), 1);
}

#[tokio::test]
async fn dimensions_that_are_set_are_asked_for_and_the_endpoint_may_be_away_at_the_start() {
    let endpoint = Endpoint::start();
    let config = Config { dimensions: Some(100), ..Config::new(&endpoint.url, "words") };
    let encoder = Embeddings::connect(config).await.unwrap();
    assert!(endpoint.asked().is_empty());
    let encodings = encoder.encode(&["one text"]).await.unwrap();
    assert_eq!(encodings[0].as_ref().unwrap().row().len(), 100);
    assert_eq!(endpoint.asked()[0].body["dimensions"], 100);
}

#[tokio::test]
async fn a_request_names_model_texts_and_format_and_carries_the_key() {
    let endpoint = Endpoint::start();
    let config = Config { key: Some("sk-very-secret".into()), ..Config::new(&endpoint.url, "words") };
    Embeddings::connect(config).await.unwrap().encode(&["first", "second"]).await.unwrap();
    let asked = endpoint.asked().pop().unwrap();
    assert_eq!(asked.line, "POST /v1/embeddings HTTP/1.1");
    assert!(asked.headers.iter().any(|header| header.eq_ignore_ascii_case("authorization: Bearer sk-very-secret")));
    let expected = serde_json::json!({"model": "words", "input": ["first", "second"], "encoding_format": "float"});
    assert_eq!(asked.body, expected);
}

#[tokio::test]
async fn a_url_may_end_in_its_version_or_not() {
    for (end, line) in [
        ("", "POST /v1/embeddings HTTP/1.1"),
        ("/", "POST /v1/embeddings HTTP/1.1"),
        ("/v1", "POST /v1/embeddings HTTP/1.1"),
        ("/v1/", "POST /v1/embeddings HTTP/1.1"),
        ("/openai/v1", "POST /openai/v1/embeddings HTTP/1.1"),
        ("/v1/embeddings", "POST /v1/embeddings HTTP/1.1"),
    ] {
        let endpoint = Endpoint::start();
        Embeddings::connect(Config::new(&format!("{}{end}", endpoint.url), "words")).await.unwrap();
        assert_eq!(endpoint.asked()[0].line, line, "{end}");
    }
}

#[tokio::test]
async fn texts_go_so_many_at_a_time_and_blank_ones_not_at_all() {
    let endpoint = Endpoint::start();
    let config = Config { batch: 3, dimensions: Some(16), ..Config::new(&endpoint.url, "words") };
    let encoder = Embeddings::connect(config).await.unwrap();
    let texts = ["a", " ", "b", "c", "", "d", "e", "f", "g"];
    let encodings = encoder.encode(&texts).await.unwrap();
    let silent: Vec<usize> = (0..texts.len()).filter(|&at| encodings[at].is_none()).collect();
    assert_eq!(silent, [1, 4]);
    assert_eq!(endpoint.asked().iter().map(|asked| asked.texts()).collect::<Vec<_>>(), [3, 3, 1]);
}

#[tokio::test]
async fn answers_in_any_order_are_put_in_the_order_of_the_texts() {
    let endpoint = Endpoint::start();
    let encoder = Embeddings::connect(Config::new(&endpoint.url, "words")).await.unwrap();
    let texts = ["the first", "the second", "the third"];
    let expected = encoder.encode(&texts).await.unwrap();
    endpoint.behave([Manner::Backwards]);
    assert_eq!(encoder.encode(&texts).await.unwrap(), expected);
}

#[tokio::test]
async fn a_vector_of_zeros_is_no_encoding() {
    let endpoint = Endpoint::start();
    let config = Config { dimensions: Some(2), ..Config::new(&endpoint.url, "words") };
    let encoder = Embeddings::connect(config).await.unwrap();
    let zeros = r#"{"data": [{"index": 0, "embedding": [0.0, -0.0]}]}"#;
    endpoint.behave([Manner::Saying(200, "", zeros.into())]);
    assert_eq!(encoder.encode(&["said"]).await.unwrap(), [None]);
}

#[tokio::test]
async fn an_answer_that_is_none_is_an_internal_error() {
    let endpoint = Endpoint::start();
    let config = Config { dimensions: Some(2), ..Config::new(&endpoint.url, "words") };
    let encoder = Embeddings::connect(config).await.unwrap();
    for answer in [
        "",
        "not json",
        r#"{"data": []}"#,
        r#"{"data": [{"index": 0, "embedding": [1.0, 2.0]}]}"#,
        r#"{"data": [{"index": 0, "embedding": [1.0, 2.0]}, {"index": 0, "embedding": [1.0, 2.0]}]}"#,
        r#"{"data": [{"index": 0, "embedding": [1.0, 2.0]}, {"index": 2, "embedding": [1.0, 2.0]}]}"#,
        r#"{"data": [{"index": 0, "embedding": [1.0, 2.0]}, {"index": 1, "embedding": [1.0, 2.0, 3.0]}]}"#,
        r#"{"data": [{"index": 0, "embedding": [1.0, 2.0]}, {"index": 1, "embedding": [1.0, NaN]}]}"#,
        r#"{"data": [{"index": 0, "embedding": [1.0, 2.0]}, {"index": 1, "embedding": [1.0, null]}]}"#,
        r#"{"data": [{"index": 0, "embedding": [1.0, 2.0]}, {"index": 1, "embedding": [1.0, 1e300]}]}"#,
    ] {
        endpoint.behave([Manner::Saying(200, "", answer.into())]);
        let failed = encoder.encode(&["one", "two"]).await.unwrap_err();
        assert_eq!(failed.kind, PortErrorKind::Internal, "{answer}");
    }
    assert!(encoder.encode(&["one", "two"]).await.is_ok());
}

#[tokio::test]
async fn a_query_asked_again_is_encoded_once() {
    let endpoint = Endpoint::start();
    let encoder = Embeddings::connect(Config::new(&endpoint.url, "words")).await.unwrap();
    let first = encoder.encode_query("where is the car?").await.unwrap();
    assert_eq!(encoder.encode_query("where is the car?").await.unwrap(), first);
    assert_eq!(first, encoder.encode(&["where is the car?"]).await.unwrap()[0]);
    assert_eq!(endpoint.asked().len(), 3, "one to learn the dimensions, one query, one text");
}

#[tokio::test]
async fn many_requests_at_once_get_each_its_own_answer() {
    let endpoint = Endpoint::start();
    let config = Config { connections: 4, ..Config::new(&endpoint.url, "words") };
    let encoder = Embeddings::connect(config).await.unwrap();
    let texts: Vec<String> = (0..40).map(|number| format!("text {number}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let expected = encoder.encode(&texts).await.unwrap();
    let each = texts.iter().map(|text| encoder.encode_query(text));
    let answers: Vec<_> = futures_util::future::join_all(each).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers, expected);
}
