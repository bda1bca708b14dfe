//! Whatever may be stored is found by itself, in an index with a table of the real shape.

#![expect(clippy::unwrap_used, reason = "a builder that fails has failed the test")]

#[path = "builders/memories.rs"]
mod memories;
#[path = "builders/tables.rs"]
mod tables;
#[path = "builders/vocabularies.rs"]
mod vocabularies;

use std::sync::{Arc, LazyLock};

use domain::encoding::table::Table;
use domain::index::NamespaceIndex;
use domain::memory::{Memory, MemoryText, Seq};
use domain::recall::term::Term;
use domain::tenant::Label;
use memories::{cue, memory};
use proptest::prelude::*;
use vocabularies::real_table;

static TABLE: LazyLock<Arc<Table>> = LazyLock::new(real_table);

fn odd_texts() -> Vec<String> {
    let short = [
        "...",
        "?",
        "?!?!",
        "—",
        "§ ¶",
        "()",
        "_",
        "'",
        "''s",
        "s",
        "'s",
        "😀",
        "👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
        "🇨🇭🇨🇭",
        "❤\u{fe0f}",
        "©",
        "the",
        "The the?",
        "a",
        "שלום עולם",
        "مرحبا بالعالم",
        "\u{202e}evil\u{202c} text",
        "مَرْحَبًا",
        "a\u{200b}b",
        "\u{ad}x\u{ad}",
        "x\u{fe0f}",
        "\u{200d}y",
        "中",
        "中文",
        "我在北京大学学习中文。",
        "学习？",
        "日本語テキスト",
        "한국어 문장",
        "สวัสดีชาวโลก",
        "\u{301}",
        "\u{301}\u{302}",
        "e\u{301}",
        "\u{e0100}",
        "\u{64b}",
        "\u{34f}",
        "\u{ad}",
        "\u{fffd}",
        "\u{10ffff}",
        "0",
        "00:00",
        "1e999",
        "NaN",
        "-",
        "--",
        "a b c d",
        "Ⅷ",
        "ﬁne",
        "İstanbul",
        "ß",
        "Ann: ",
        "Ann: ?",
        ": x",
        "Ann",
        "Ann Ann's",
        "http://",
        "\\n",
        "tab\tand\r\nlines",
        "\u{0}nul\u{0}",
        "{\"key\": null}",
        "SELECT * FROM x;--",
    ];
    let repeated = ["word ", "?", "中", "😀", "Ann ", ". ", "w7 w8? "].map(longest);
    short.into_iter().map(str::to_owned).chain(repeated).collect()
}

fn longest(unit: &str) -> String {
    unit.repeat(MemoryText::LIMIT / unit.chars().count())
}

fn stored(number: u128, text: &str) -> Memory {
    let mut memory = memory(number, text);
    memory.encoding = TABLE.encode(text);
    memory.origin.session = Label::try_new(if number.is_multiple_of(2) { "s1" } else { "s2" }).ok();
    memory.origin.speaker = if number.is_multiple_of(3) { Label::try_new("Ann").ok() } else { None };
    memory
}

fn index(texts: &[String]) -> NamespaceIndex {
    let mut index = NamespaceIndex::new(Some(TABLE.clone()));
    for (number, text) in (1..).zip(texts) {
        index.put(Seq(number), Arc::new(stored(u128::try_from(number).unwrap(), text)));
    }
    index
}

/// Whether the memory at `seq` is found by its text, and every signal found is a number.
fn finds(index: &NamespaceIndex, text: &str, seq: Seq) -> Result<bool, String> {
    let mut cue = cue(text);
    cue.limit = 1_000;
    let found = index.search(&cue).candidates;
    for one in &found {
        if let Some(term) = Term::ALL.iter().find(|term| !one.signals.get(**term).is_finite()) {
            return Err(format!("{} of {:?}", term.as_str(), one.seq));
        }
    }
    Ok(found.iter().any(|one| one.seq == seq))
}

fn head(text: &str) -> String {
    text.chars().take(20).collect()
}

#[test]
fn an_odd_text_is_found_by_itself_alone_and_among_others() {
    let texts: Vec<String> = odd_texts().into_iter().filter(|text| MemoryText::try_new(text).is_ok()).collect();
    assert!(texts.len() > 70);
    let all = index(&texts);
    for (number, text) in (1..).zip(&texts) {
        assert_eq!(finds(&all, text, Seq(number)), Ok(true), "{:?} among others", head(text));
        assert_eq!(finds(&index(std::slice::from_ref(text)), text, Seq(1)), Ok(true), "{:?} alone", head(text));
    }
}

#[test]
fn a_run_longer_than_a_passage_disturbs_no_other() {
    let texts = [longest("x"), longest("a\u{301}"), "green tea".to_owned()];
    let index = index(&texts);
    assert_eq!(finds(&index, "green tea", Seq(3)), Ok(true));
    assert!(texts.iter().all(|text| finds(&index, text, Seq(3)).is_ok()));
}

#[test]
fn odd_texts_erased_leave_an_empty_index() {
    let texts: Vec<String> = odd_texts().into_iter().filter(|text| MemoryText::try_new(text).is_ok()).collect();
    let mut index = index(&texts);
    let memories: Vec<Arc<Memory>> = index.iter().cloned().collect();
    assert!(memories.iter().all(|memory| index.erase(memory.id)));
    assert!(index.is_empty());
    assert!(memories.iter().all(|memory| Arc::strong_count(memory) == 1));
    assert_eq!(index.search(&cue("Ann 中文?")).candidates.len(), 0);
}

#[test]
fn what_has_a_wordpiece_has_a_direction() {
    for text in odd_texts() {
        assert_eq!(TABLE.encode(&text).is_some(), !TABLE.pieces(&text).is_empty(), "{:?}", head(&text));
    }
    assert!(TABLE.encode("中").is_some() && TABLE.encode("...").is_some() && TABLE.encode("😀").is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_texts_are_found_by_themselves(
        texts in prop::collection::vec(any::<String>().prop_filter("blank", |text| MemoryText::try_new(text).is_ok()), 1..10),
    ) {
        let index = index(&texts);
        for (number, text) in (1..).zip(&texts) {
            prop_assert_eq!(finds(&index, text, Seq(number)), Ok(true), "{:?}", text);
        }
    }
}
