//! What was said, its sentences, and who says so.

use domain::text::said::{asks, said, sentences};
use domain::text::speaker::leading_name;
use proptest::prelude::*;

#[test]
fn a_caption_is_not_said() {
    for (text, kept) in [
        ("Look at her! [a dog on a beach]", "Look at her!"),
        ("Look at her! [a dog [brown] on a beach] ", "Look at her!"),
        ("Look! [a dog] [a cat]", "Look!"),
        ("[a dog on a beach]", "[a dog on a beach]"),
        ("[a dog] [a cat]", "[a dog]"),
        ("take items[first]", "take items[first]"),
        ("as shown there [1]", "as shown there [1]"),
        ("[a dog] came along", "[a dog] came along"),
        ("no brackets]", "no brackets]"),
        ("😂 [a dog]", "😂"),
        ("", ""),
    ] {
        assert_eq!(said(text), kept, "{text}");
    }
}

#[test]
fn sentences_end_at_marks_before_white_space() {
    for (text, split) in [
        ("Hi Ann! How are you?  Version 1.2 is out.", vec!["Hi Ann!", "How are you?", "Version 1.2 is out."]),
        ("Really?! ... Yes", vec!["Really?!", "...", "Yes"]),
        ("one line\nand another", vec!["one line\nand another"]),
        ("你好吗？我很好。真的！！好", vec!["你好吗？", "我很好。", "真的！！", "好"]),
        ("end.\u{a0}start", vec!["end.", "start"]),
        ("  ", vec![]),
    ] {
        assert_eq!(sentences(text).collect::<Vec<_>>(), split, "{text}");
    }
}

#[test]
fn a_question_mark_asks_in_any_script() {
    for text in ["Why? ", "为什么？", "لماذا؟"] {
        assert!(asks(text), "{text}");
    }
    assert!(!asks("Why? Because."));
}

#[test]
fn a_leading_name_speaks() {
    for (text, name, rest) in [
        ("Ann: I was there", "Ann", "I was there"),
        ("Dr. Ann Lee:  hello: you", "Dr. Ann Lee", "hello: you"),
        ("\n Jean-Luc O'Neill:\nyes", "Jean-Luc O'Neill", "yes"),
        ("Élodie: oui", "Élodie", "oui"),
        ("user: what now", "user", "what now"),
        ("Assistant: nothing", "Assistant", "nothing"),
        ("SYSTEM: be kind", "SYSTEM", "be kind"),
    ] {
        assert_eq!(leading_name(text), Some((name, rest)), "{text}");
    }
}

#[test]
fn labels_and_sentences_are_no_speakers() {
    for text in [
        "Error: disk full",
        "TypeError: no such thing",
        "WARNING: hot",
        "Todo: buy milk",
        "Action Items: none",
        "P.S.: more",
        "Monday: gym",
        "Ann:no space",
        "Ann:   ",
        ": nobody",
        "I said: no",
        "One Two Three Four: too many",
        "ann: hello",
        "E0308: mismatched types",
        "12:30 lunch",
        "https://example.org",
        "no colon",
        "",
    ] {
        assert_eq!(leading_name(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn sentences_leave_out_nothing_but_white_space(text in any::<String>()) {
        let visible = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        prop_assert_eq!(sentences(&text).map(visible).collect::<String>(), visible(&text));
    }

    #[test]
    fn what_was_said_is_the_beginning(text in "[a-c \\[\\]?.]{0,40}") {
        prop_assert!(text.starts_with(said(&text)));
        prop_assert_eq!(said(&text).trim().is_empty(), text.trim().is_empty());
    }

    #[test]
    fn no_beginning_is_too_odd(text in any::<String>()) {
        said(&text);
        leading_name(&text);
    }
}
