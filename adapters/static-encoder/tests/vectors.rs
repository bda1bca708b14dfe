//! The shipped table gives the vectors that its makers computed, and nearness means something.

use application::ports::encoder::Encoder;
use domain::encoding::Encoding;
use serde_json::Value;
use somabrain_static_encoder::StaticEncoder;

const VECTORS: &str = include_str!("../table/vectors.json");

fn vectors() -> Value {
    serde_json::from_str(VECTORS).expect("vectors.json is JSON")
}

async fn encoded(text: &str) -> Encoding {
    let encoder = StaticEncoder::shipped().expect("the shipped table is whole");
    encoder.encode(&[text]).await.expect("an answer").remove(0).expect("the text holds words")
}

#[tokio::test]
async fn the_table_is_the_one_that_the_vectors_were_made_with() {
    assert_eq!(encoded("cat").await.encoder().as_str(), vectors()["encoder"]);
}

#[test]
fn every_text_is_cut_into_the_same_wordpieces() {
    let encoder = StaticEncoder::shipped().unwrap();
    for case in vectors()["texts"].as_array().unwrap() {
        let text = case["text"].as_str().unwrap();
        let expected: Vec<u64> = case["ids"].as_array().unwrap().iter().filter_map(Value::as_u64).collect();
        let ids: Vec<u64> = encoder.table().vocabulary().ids(text).into_iter().map(u64::from).collect();
        assert_eq!(ids, expected, "{text}");
    }
}

#[tokio::test]
async fn every_text_has_the_same_vector_up_to_rounding() {
    let encoder = StaticEncoder::shipped().unwrap();
    for case in vectors()["texts"].as_array().unwrap() {
        let text = case["text"].as_str().unwrap();
        let expected: Vec<f64> = case["first"].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
        let Some(encoding) = encoder.encode(&[text]).await.unwrap().remove(0) else {
            assert!(expected.iter().all(|component| *component == 0.0), "{text}");
            continue;
        };
        // Rounded to 1/127 of the largest component, which is below 0.6.
        for (component, expected) in encoding.vector().into_iter().zip(expected) {
            assert!((component - expected).abs() < 0.6 / 127.0, "{component} for {expected} in {text:?}");
        }
    }
}

#[tokio::test]
async fn a_paraphrase_is_nearer_than_another_subject() {
    let (text, other) = (encoded("My dog loves to play outside.").await, encoded("Interest rates rose again.").await);
    let paraphrase = encoded("The puppy enjoys playing in the garden.").await;
    assert!(text.cosine(&paraphrase) > text.cosine(&other));
}
