//! BERT's uncased tokenisation: cleaned, lower-cased, stripped of accents, cut at spaces and punctuation, and each word
//! cut greedily into the longest wordpieces (Devlin et al. 2018). Ids equal those of Hugging Face's tokenizer; special
//! tokens written in a text (`[CLS]`) are plain text here.

use std::collections::HashMap;

use unicode_categories::UnicodeCategories;
use unicode_normalization::UnicodeNormalization;

/// Words longer than this many characters are unknown.
const LONGEST_WORD: usize = 100;

/// The wordpieces of an encoder, numbered from 0.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    beginnings: HashMap<Box<str>, u32>,
    continuations: HashMap<Box<str>, u32>,
    /// Bytes of the longest piece: no longer prefix need be looked up.
    longest: usize,
    unknown: Option<u32>,
}

impl Vocabulary {
    /// A vocabulary from its words in id order; `##` marks a piece that continues a word, `[UNK]` stands for words that
    /// cannot be cut. Of equal words the last counts.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut made = Self { beginnings: HashMap::new(), continuations: HashMap::new(), longest: 0, unknown: None };
        for (id, word) in (0..).zip(words) {
            made.longest = made.longest.max(word.len());
            if word == "[UNK]" {
                made.unknown = Some(id);
            }
            if let Some(piece) = word.strip_prefix("##") {
                made.continuations.insert(piece.into(), id);
            }
            made.beginnings.insert(word.into(), id);
        }
        made
    }

    /// The ids of the wordpieces of a text, in reading order.
    pub fn ids(&self, text: &str) -> Vec<u32> {
        let mut ids = Vec::with_capacity(text.len() / 4 + 4);
        for chunk in cleaned(text).split_whitespace() {
            let mut rest = chunk;
            while let Some(first) = rest.chars().next() {
                let end = match is_punctuation(first) {
                    true => first.len_utf8(),
                    false => rest.find(is_punctuation).unwrap_or(rest.len()),
                };
                self.cut(&rest[..end], &mut ids);
                rest = &rest[end..];
            }
        }
        ids
    }

    fn cut(&self, word: &str, ids: &mut Vec<u32>) {
        let before = ids.len();
        let mut rest = word;
        let mut pieces = &self.beginnings;
        while !rest.is_empty() {
            match self.longest_prefix(pieces, rest) {
                Some((length, id)) if word.len() <= LONGEST_WORD || word.chars().count() <= LONGEST_WORD => {
                    ids.push(id);
                    rest = &rest[length..];
                    pieces = &self.continuations;
                }
                _ => {
                    ids.truncate(before);
                    ids.extend(self.unknown);
                    return;
                }
            }
        }
    }

    fn longest_prefix(&self, pieces: &HashMap<Box<str>, u32>, word: &str) -> Option<(usize, u32)> {
        let most = word.len().min(self.longest);
        let ends = (1..=most).rev().filter(|&end| word.is_char_boundary(end));
        ends.into_iter().find_map(|end| pieces.get(&word[..end]).map(|&id| (end, id)))
    }
}

/// Lower case without accents or control characters, Chinese characters set apart by spaces.
fn cleaned(text: &str) -> String {
    if text.is_ascii() {
        let kept = text.chars().filter(|&c| !c.is_ascii_control() || matches!(c, '\t' | '\n' | '\r'));
        return kept.map(|c| c.to_ascii_lowercase()).collect();
    }
    let mut spaced = String::with_capacity(text.len() + 16);
    for c in text.chars().filter(|&c| !is_dropped(c)) {
        match c {
            c if c.is_whitespace() => spaced.push(' '),
            c if is_chinese(c) => spaced.extend([' ', c, ' ']),
            c => spaced.push(c),
        }
    }
    spaced.nfd().filter(|c| !c.is_mark_nonspacing()).flat_map(char::to_lowercase).collect()
}

fn is_dropped(c: char) -> bool {
    matches!(c, '\0' | '\u{fffd}') || !matches!(c, '\t' | '\n' | '\r') && c.is_other()
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation() || !c.is_ascii() && c.is_punctuation()
}

fn is_chinese(c: char) -> bool {
    matches!(c,
        '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{2a6df}' | '\u{2a700}'..='\u{2b73f}'
        | '\u{2b740}'..='\u{2b81f}' | '\u{2b920}'..='\u{2ceaf}' | '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}')
}
