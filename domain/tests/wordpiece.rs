//! Wordpieces equal those of Hugging Face's tokenizer.

#![expect(clippy::unwrap_used, reason = "a builder that fails has failed the test")]

use domain::encoding::wordpiece::Vocabulary;
use proptest::prelude::*;
use tokenizers::Tokenizer;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;

/// `[UNK]` and pieces of one to five characters of many scripts, so that words are cut in many ways.
fn words() -> Vec<String> {
    let mut words = vec!["[PAD]".to_owned(), "[UNK]".to_owned()];
    let letters = "abcdefghijklmnopqrstuvwxyz0123456789.,!?'\"-_()[]:;/€°ßøđłαβγδεабвгдежийклмнопрст\
                   ابتثجحאבגדהקกขคงจฉ的我你好学习中文東京カメラひらがな한국어";
    for c in letters.chars() {
        words.extend([c.to_string(), format!("##{c}")]);
    }
    for piece in [
        "the",
        "ing",
        "un",
        "aff",
        "able",
        "cafe",
        "run",
        "ning",
        "cat",
        "привет",
        "мир",
        "αθηνα",
        "##ing",
        "##s",
        "##able",
        "##ning",
        "##aff",
        "##вет",
        "##να",
        "##ка",
        "مرحبا",
        "שלום",
        "สวัส",
        "##ดี",
        "김치",
    ] {
        words.push(piece.to_owned());
    }
    words
}

struct Both {
    ours: Vocabulary,
    theirs: Tokenizer,
}

impl Both {
    fn new() -> Self {
        let words = words();
        let vocabulary = WordPiece::read_bytes(words.join("\n").as_bytes()).unwrap();
        let model = WordPiece::builder().vocab(vocabulary).unk_token("[UNK]".into()).build().unwrap();
        let mut theirs = Tokenizer::new(model);
        theirs.with_normalizer(Some(BertNormalizer::default()));
        theirs.with_pre_tokenizer(Some(BertPreTokenizer));
        Self { ours: Vocabulary::new(words.iter().map(String::as_str)), theirs }
    }

    fn ids(&self, text: &str) -> (Vec<u32>, Vec<u32>) {
        (self.ours.ids(text), self.theirs.encode(text, false).unwrap().get_ids().to_vec())
    }
}

#[test]
fn texts_of_many_scripts_are_cut_alike() {
    let both = Both::new();
    let long = "x".repeat(100) + " " + &"x".repeat(101) + " " + &"ж".repeat(100);
    for text in [
        "The cat sat, unaffable; running!",
        "Café naïve ÅNGSTRÖM São Đà Nẵng ﬁne",
        "Cafe\u{301} Zu\u{308}rich",
        "Привет, мир",
        "ΑΘΗΝΑ ἀθῆναι İstanbul STRASSE ß",
        "مرحبا بالعالم",
        "שלום עולם",
        "สวัสดีครับ",
        "我喜欢学习中文",
        "東京カメラ",
        "안녕 김치 한국어",
        "हिन्दी भाषा",
        "I love it 😂🎉 ❤️ 👩‍👩‍👧",
        "tab\there\u{a0}and\u{200b}zero\u{0}width\u{85}\u{2028}x",
        "?!... (---) \"'`«»—…¿",
        "a\u{fffd}b\u{ad}c",
        "",
        " \t\n",
        "[CLS] [UNK] ##ing",
        "x²½Ⅷ①㎏",
        &long,
    ] {
        let (ours, theirs) = both.ids(text);
        assert_eq!(ours, theirs, "{text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn random_texts_are_cut_alike(text in "[a-zÀ-ɏΑ-ωА-яא-ת؀-يऀ-ॿก-๛぀-ヿ一-丠가-갏 -/0-9 \\t\u{300}-\u{320}]{0,40}") {
        let (ours, theirs) = Both::new().ids(&text);
        prop_assert_eq!(ours, theirs);
    }
}
