//! Suite of [`application::ports::encoder`]: texts become encodings that can be compared.

use application::ports::encoder::Encoder;
use domain::encoding::Encoding;

crate::suite! { ($) encoder:
    the_same_text_gives_the_same_encoding,
    company_changes_nothing,
    answers_are_in_the_order_of_the_texts,
    every_encoding_carries_the_encoders_id_and_dimensions,
    nothing_to_encode_answers_nothing,
    a_text_that_holds_nothing_answers_none,
    the_longest_text_and_the_strangest_signs_are_encoded_or_none,
    a_text_is_nearer_to_itself_than_to_another,
    a_query_is_encoded_like_a_text_or_left_to_the_engine,
}

const TEXTS: [&str; 4] = [
    "Alice keeps her passport in the blue drawer.",
    "The server restarts every night at three.",
    "Bob is allergic to peanuts.",
    "Grüße aus Köln, it rained all week",
];

/// Twice the same.
pub async fn the_same_text_gives_the_same_encoding(encoder: &impl Encoder) {
    assert_eq!(encoded(encoder, &TEXTS).await, encoded(encoder, &TEXTS).await);
}

/// Alone or among others.
pub async fn company_changes_nothing(encoder: &impl Encoder) {
    let together = encoded(encoder, &TEXTS).await;
    for (text, among) in TEXTS.iter().zip(together) {
        assert_eq!(encoded(encoder, &[text]).await, [among], "{text}");
    }
}

/// Reversed texts, reversed answers; a text that holds nothing keeps its place.
pub async fn answers_are_in_the_order_of_the_texts(encoder: &impl Encoder) {
    let mut backwards = encoded(encoder, &[TEXTS[2], "", TEXTS[0]]).await;
    backwards.reverse();
    assert_eq!(backwards, encoded(encoder, &[TEXTS[0], "", TEXTS[2]]).await);
    assert!(backwards[0].is_some() && backwards[1].is_none() && backwards[0] != backwards[2]);
}

/// So that vectors of different encoders never meet.
pub async fn every_encoding_carries_the_encoders_id_and_dimensions(encoder: &impl Encoder) {
    for encoding in encoded(encoder, &TEXTS).await {
        let encoding = encoding.expect("these texts hold words");
        assert_eq!(encoding.encoder(), encoder.id());
        assert_eq!(encoding.row().len(), encoder.dimensions());
    }
}

/// No texts, no answers.
pub async fn nothing_to_encode_answers_nothing(encoder: &impl Encoder) {
    assert!(encoded(encoder, &[]).await.is_empty());
}

/// Nothing at all, and blanks of several kinds.
pub async fn a_text_that_holds_nothing_answers_none(encoder: &impl Encoder) {
    assert_eq!(encoded(encoder, &["", " ", "\n\t", "\u{a0}\u{3000}"]).await, [None, None, None, None]);
}

/// 32,768 characters, one endless word, control signs, signs without width, scripts of the world.
pub async fn the_longest_text_and_the_strangest_signs_are_encoded_or_none(encoder: &impl Encoder) {
    let (long, word) = ("word ".repeat(6_553), "x".repeat(32_768));
    let strange =
        [&long, &word, "\0\u{1}\u{7f}", "\u{200b}\u{feff}", "\u{1f9e0}", "漢字 かな 한글 العربية हिन्दी", "e\u{301}"];
    let answers = encoded(encoder, &strange).await;
    assert_eq!(answers.len(), strange.len());
    for encoding in answers.into_iter().flatten() {
        assert_eq!(encoding.row().len(), encoder.dimensions());
    }
}

/// Cosine 1 with itself, less with any other.
pub async fn a_text_is_nearer_to_itself_than_to_another(encoder: &impl Encoder) {
    let encodings: Vec<Encoding> = encoded(encoder, &TEXTS).await.into_iter().flatten().collect();
    for (i, a) in encodings.iter().enumerate() {
        for (j, b) in encodings.iter().enumerate() {
            let cosine = a.cosine(b).expect("one encoder");
            assert!(if i == j { cosine > 0.9999 } else { cosine < 0.9999 }, "texts {i} and {j}: {cosine}");
        }
    }
}

/// Where it is encoded here it has the encoder's id and dimensions.
pub async fn a_query_is_encoded_like_a_text_or_left_to_the_engine(encoder: &impl Encoder) {
    if let Some(encoding) = encoder.encode_query("Where is the passport?").await.expect("an answer") {
        assert_eq!(encoding.encoder(), encoder.id());
        assert_eq!(encoding.row().len(), encoder.dimensions());
    }
    assert_eq!(encoder.encode_query("").await.expect("an answer"), None);
}

async fn encoded(encoder: &impl Encoder, texts: &[&str]) -> Vec<Option<Encoding>> {
    encoder.encode(texts).await.expect("encodings")
}
