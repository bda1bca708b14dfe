//! Identifiers, other scripts and odd texts: what is written is found.

use std::time::{Duration, Instant};

use domain::encoding::wordpiece::Vocabulary;
use domain::memory::MemoryText;
use domain::recall::kind::asked;
use domain::text::dates::dates;
use domain::text::passages::passages;
use domain::text::relative::resolved;
use domain::text::said::{said, sentences};
use domain::text::script::latin_share;
use domain::text::speaker::leading_name;
use domain::text::traits::traits;
use domain::text::words::{bare_words, has_content, without, words};
use proptest::prelude::*;

#[test]
fn an_identifier_is_a_term_beside_its_parts() {
    for (text, terms) in [
        ("call foo::bar(x)", "call foo::bar foo bar x"),
        ("std::fmt::Display.", "std::fmt::display std fmt display"),
        ("snake_case_name", "snake_case_name snake case name"),
        ("at src/main.rs:42", "src/main.rs main.rs src main rs 42"),
        ("/usr/local/bin/env", "usr/local/bin/env usr local bin env"),
        ("see config.toml.", "see config.toml config toml"),
        ("version 1.2.3", "version 1.2.3 1 2 3"),
        ("v1.2 is out", "v1.2 v1 2"),
        ("(10.0.0.1:8080)", "10.0.0.1 10 0 0 1 8080"),
        ("CVE-2024-1234", "cve-2024-1234 cve 2024 1234"),
        (
            "550E8400-e29b-41d4-a716-446655440000",
            "550e8400-e29b-41d4-a716-446655440000 550e8400 e29b 41d4 a716 446655440000",
        ),
        ("on 2023-05-08", "2023-05-08 2023 05 08"),
        ("ann@example.org", "ann@example.org ann exampl org"),
        ("error[E0308]: mismatch", "error e0308 mismatch"),
        ("C++, C# and C", "c++ c c# c c"),
        ("org.acme.core2", "org.acme.core2 org acm core2"),
        ("parseHttpHeader()", "parsehttphead pars http header"),
        ("HTTPServerError", "httpservererror http server error"),
        ("getUser", "getus get user"),
    ] {
        assert_eq!(words(text).join(" "), terms, "{text}");
    }
}

#[test]
fn plain_words_are_joined_to_nothing() {
    for (text, terms) in [
        ("my well-known self-care at 8:30 p.m.", "well known self care 8 30 p"),
        ("and/or, him/her 10/10 24-7", "24 7"),
        ("great.Thanks... no", "great thank"),
        ("YouTube iPhone McGee LinkedIn", "youtub iphon mcgee linkedin"),
        ("J.R.R. Smith, U.S.A.", "j r r smith u"),
        ("a three-year-old pays $3.50", "three year old pay 3 50"),
    ] {
        let kept: Vec<String> = words(text).into_iter().filter(|word| word != "10").collect();
        assert_eq!(kept.join(" "), terms, "{text}");
    }
}

#[test]
fn characters_without_width_hide_no_word() {
    for text in [
        "pass\u{200b}word",
        "pass\u{ad}word",
        "pass\u{2060}word\u{200b}",
        "\u{feff}pass\u{200d}word",
        "\u{200f}password",
    ] {
        assert_eq!(words(text), ["password"], "{text:?}");
        assert_eq!(bare_words(text), ["password"], "{text:?}");
        assert!(!without(text, |word| word == "password").contains("word"), "{text:?}");
    }
    assert_eq!(words("\u{ad}"), ["\u{ad}"]);
}

#[test]
fn every_script_has_words() {
    for (text, terms) in [
        ("我喜欢学习。", "我喜 喜欢 欢学 学习"),
        ("我用Python写代码", "我用 python 写代 代码"),
        ("東京に行った", "東京 京に に行 行っ った"),
        ("안녕하세요 세계", "안녕 녕하 하세 세요 세계"),
        ("مُحَمَّد", "محمد"),
        ("مرحبا بالعالم", "مرحبا بالعالم"),
        ("שָׁלוֹם עולם", "שלום עולם"),
        ("Привет, мир", "привет мир"),
        ("Größe Straße", "größe straße"),
        ("می\u{200c}خواهم", "میخواهم"),
    ] {
        assert_eq!(words(text).join(" "), terms, "{text}");
    }
    assert!(words("ฉันรักเธอ").len() > 4);
}

fn odd_texts() -> Vec<String> {
    let long = |piece: &str| piece.repeat(32_768 / piece.chars().count());
    let pieces = [
        "x",
        "y",
        "1",
        "-",
        ".",
        "?",
        "]",
        " [a]",
        "[",
        "a.",
        "a-",
        "a_",
        "1-1/",
        "word ",
        "Word: ",
        "last ",
        "ago ",
        "aB",
        "::",
        "may 8 ",
        "海",
        "바",
        "ก",
        "e\u{301}",
        "\u{301}",
        "😀",
        "👩\u{200d}👧",
        "\u{200b}a",
        "مُ",
        "a b? ",
        "2023 ",
        "\n",
        "۱",
        "'s",
    ];
    pieces.into_iter().map(long).collect()
}

fn read(text: &str) {
    let whole = traits(text, |_| false);
    assert!((0.0..=1.0).contains(&whole.question) && (0.0..=1.0).contains(&latin_share(text)));
    assert!(passages(text).iter().all(|passage| !passage.trim().is_empty()));
    assert!(said(text).len() <= text.len() && sentences(text).all(|sentence| !sentence.is_empty()));
    resolved(text, Some((2024, 2, 29)));
    dates(text);
    asked(text);
    leading_name(text);
    has_content(text);
    Vocabulary::new(["[UNK]", "a", "##a", "x", "##x"]).ids(text);
    if MemoryText::try_new(text).is_ok() {
        assert!(!words(text).is_empty());
    }
}

#[test]
fn the_longest_odd_texts_are_read_at_once() {
    for text in odd_texts() {
        let (start, head) = (Instant::now(), text.chars().take(8).collect::<String>());
        read(&text);
        // far above what reading takes, far below what it takes if the time grows with the square of the length
        assert!(start.elapsed() < Duration::from_secs(10), "{head:?} took {:?}", start.elapsed());
    }
}

proptest! {
    #[test]
    fn any_text_can_be_read(text in any::<String>()) {
        read(&text);
    }

    #[test]
    fn any_mixture_can_be_read(text in "(\u{200b}|\u{301}|\u{ad}|[a-zA-Z]{1,4}|[ .:/_@'’-]|[0-9]{1,4}|海|바|ก|م|😀|\n|[\\[\\]?]){0,40}") {
        read(&text);
        prop_assert!(words(&text).iter().all(|word| !word.is_empty()));
    }

    #[test]
    fn a_character_without_width_changes_no_term(text in "[a-z ]{1,30}", at in 0usize..30) {
        let at = at.min(text.len());
        let broken = format!("{}\u{200b}{}", &text[..at], &text[at..]);
        if !text.trim().is_empty() {
            prop_assert_eq!(words(&broken), words(&text));
        }
    }
}
