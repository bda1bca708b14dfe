//! Long texts in passages.

use domain::text::passages::passages;
use proptest::prelude::*;

fn sentence(words: usize) -> String {
    vec!["word"; words].join(" ") + "."
}

fn lengths(text: &str) -> Vec<usize> {
    passages(text).iter().map(|passage| passage.split_whitespace().count()).collect()
}

#[test]
fn a_short_text_is_one_passage() {
    let short = format!("{} {}", sentence(30), sentence(30));
    assert_eq!(passages(&format!(" {short}\n")), [short.as_str()]);
    assert_eq!(passages("one\ntwo\n\nthree"), ["one\ntwo\n\nthree"]);
    assert_eq!(passages(" \n "), [""; 0]);
}

#[test]
fn sentences_are_packed() {
    assert_eq!(
        lengths(&[sentence(25), sentence(25), sentence(25), sentence(60), sentence(1)].join(" ")),
        [50, 25, 60, 1]
    );
}

#[test]
fn a_long_sentence_is_cut_between_words() {
    assert_eq!(lengths(&format!("{} {}", sentence(10), sentence(130))), [10, 60, 60, 10]);
    assert_eq!(lengths(&format!("{} {}", sentence(70), sentence(20))), [60, 30]);
}

#[test]
fn lines_of_a_long_list_end_like_sentences() {
    let list = vec!["- a thing that has to be bought soon"; 20].join("\n");
    let packed = passages(&list);
    assert_eq!(packed.len(), 4);
    assert!(packed.iter().all(|passage| passage.starts_with("- a") && passage.ends_with("soon")));
}

#[test]
fn characters_without_spaces_count_half_a_word() {
    let chinese = "我们昨天去了海边。".repeat(40);
    let packed = passages(&chinese);
    assert!(packed.iter().all(|passage| passage.chars().count() == 117 || passage.chars().count() == 9), "{packed:?}");
    assert_eq!(passages(&"海".repeat(120)).len(), 1);
    assert_eq!(passages(&"海".repeat(121)).len(), 2);
    assert_eq!(passages(&"바다 ".repeat(60)).len(), 1);
}

#[test]
fn a_run_without_an_end_is_cut_hard() {
    let packed = "x".repeat(32_768);
    assert_eq!(passages(&packed).len(), 9);
    assert_eq!(passages(&"nospace".repeat(20)).len(), 1);
    assert_eq!(passages(&("e".to_owned() + &"\u{301}".repeat(32_000))).len(), 1);
}

proptest! {
    #[test]
    fn nothing_is_lost_and_nothing_stands_twice(text in "([a-z]{1,9}[ .?\n]{1,2}|[a-z]{90}|我们。|e\u{301}){0,300}") {
        let visible = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let packed = passages(&text);
        prop_assert_eq!(packed.iter().map(|passage| visible(passage)).collect::<String>(), visible(&text));
        for passage in packed {
            prop_assert!(!passage.is_empty() && passage.split_whitespace().count() <= 60);
        }
    }

    #[test]
    fn no_text_is_too_odd(text in any::<String>()) {
        prop_assert_eq!(passages(&text).is_empty(), text.trim().is_empty());
    }
}
