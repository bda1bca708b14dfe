//! The words of texts.

use domain::memory::MemoryText;
use domain::text::words::{bare_words, has_content, without, words};
use proptest::prelude::*;

#[test]
fn stop_words_fall_and_the_rest_is_stemmed() {
    assert_eq!(words("What were the dogs running from?"), ["dog", "run"]);
}

#[test]
fn contractions_and_possessives_leave_no_trace() {
    assert_eq!(
        words("I've seen that Melanie's kids couldn’t swim, they'd say"),
        ["seen", "melani", "kid", "swim", "say"]
    );
}

#[test]
fn upper_case_full_width_and_ligatures_read_like_plain_letters() {
    assert_eq!(words("ＦＩＬＥ ﬁle File"), ["file", "file", "file"]);
}

#[test]
fn identifiers_stay_whole() {
    assert_eq!(words("E0599 in foo_bar r0w3x0123ab"), ["e0599", "foo_bar", "foo", "bar", "r0w3x0123ab"]);
}

#[test]
fn scripts_without_spaces_give_pairs() {
    assert_eq!(words("我喜欢学习"), ["我喜", "喜欢", "欢学", "学习"]);
    assert_eq!(words("東 Tokyo"), ["東", "tokyo"]);
    assert_eq!(words("カメラ"), ["カメ", "メラ"]);
    assert!(words("สวัสดี").contains(&"สว".to_owned()));
}

#[test]
fn combining_marks_belong_to_their_word() {
    assert_eq!(words("हिन्दी भाषा"), ["हिन्दी", "भाषा"]);
}

#[test]
fn a_text_of_stop_words_keeps_them() {
    assert_eq!(words("To be, or not to be"), ["to", "be", "or", "not", "to", "be"]);
    assert!(!has_content("To be, or not to be"));
}

#[test]
fn a_text_of_symbols_keeps_them() {
    assert_eq!(words("😂 🎉!"), ["😂", "🎉", "!"]);
}

#[test]
fn a_cut_takes_the_possessive_along() {
    let cut = without("What is Caroline’s identity, CAROLINE?", |word| word == "caroline");
    assert_eq!(cut, "What is  identity, ?");
    assert_eq!(bare_words("Caroline’s identity"), ["caroline", "identity"]);
}

proptest! {
    #[test]
    fn every_memory_text_has_a_word(text in any::<String>()) {
        if MemoryText::try_new(&text).is_ok() {
            let words = words(&text);
            prop_assert!(!words.is_empty() && words.iter().all(|word| !word.is_empty()), "{text:?}");
        }
    }

    #[test]
    fn case_changes_no_word_but_adds_those_of_camel_case(text in "[ -~]{0,60}") {
        let plain = words(&text.to_ascii_lowercase());
        prop_assert_eq!(&plain, &words(&text.to_ascii_uppercase()));
        prop_assert!(words(&text).starts_with(&plain), "{:?} {:?}", words(&text), plain);
    }

    #[test]
    fn a_cut_of_nothing_changes_nothing(text in any::<String>()) {
        prop_assert_eq!(without(&text, |_| false), text);
    }
}
