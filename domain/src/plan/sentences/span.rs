//! A part of a text with its place, searched in a copy in which quotations cannot be seen.

use std::ops::Range;

/// A part of a text: the words as they are, and the same bytes in lower case with `x` for all that is quoted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span<'a> {
    text: &'a str,
    mask: &'a str,
    start: usize,
}

impl<'a> Span<'a> {
    /// All of a text; `mask` is [`mask`] of it.
    pub(super) fn new(text: &'a str, mask: &'a str) -> Self {
        Self { text, mask, start: 0 }
    }

    /// The words as they are.
    pub(super) fn text(self) -> &'a str {
        self.text
    }

    /// The words in lower case, quotations hidden; as many bytes.
    pub(super) fn mask(self) -> &'a str {
        self.mask
    }

    /// Where it stands, in bytes of the whole text.
    pub(super) fn range(self) -> Range<usize> {
        self.start..self.start + self.mask.len()
    }

    /// The bytes from `from` to `to` of this span; empty where they cut a character.
    pub(super) fn cut(self, from: usize, to: usize) -> Self {
        let text = self.text.get(from..to).unwrap_or_default();
        let mask = self.mask.get(from..to).filter(|_| text.len() == to - from).unwrap_or_default();
        Self { text: if mask.is_empty() { "" } else { text }, mask, start: self.start + from }
    }

    /// Without white space and marks around it.
    pub(super) fn trim(self) -> Self {
        let around = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '.' | '!');
        let rest = self.mask.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':'));
        let from = self.mask.len() - rest.len();
        self.cut(from, from + rest.trim_end_matches(around).len())
    }

    /// The words in lower case, without marks around them.
    pub(super) fn words(self) -> impl Iterator<Item = &'a str> {
        let marks = |c: char| matches!(c, ',' | ';' | ':' | '.' | '!' | '(' | ')');
        self.mask.split_whitespace().map(move |word| word.trim_matches(marks)).filter(|word| !word.is_empty())
    }

    /// Whether one of the words stands in it.
    pub(super) fn has_any(self, words: &[&str]) -> bool {
        self.words().any(|word| words.contains(&word))
    }

    /// What follows the words that it begins with.
    pub(super) fn after(self, prefix: &str) -> Option<Self> {
        let rest = self.mask.strip_prefix(prefix)?;
        let ends = rest.is_empty() || rest.starts_with([' ', ',', ':', '\n']);
        ends.then(|| self.cut(prefix.len(), self.mask.len()).trim())
    }

    /// What follows the first of the beginnings that fits.
    pub(super) fn after_any(self, prefixes: &[&str]) -> Option<Self> {
        prefixes.iter().find_map(|prefix| self.after(prefix))
    }

    /// What stands before and after the first place of a separator, marks and spaces trimmed.
    pub(super) fn around(self, separator: &str) -> Option<(Self, Self)> {
        let at = self.mask.find(separator)?;
        Some((self.cut(0, at).trim(), self.cut(at + separator.len(), self.mask.len()).trim()))
    }
}

/// Words whose full stops end no sentence.
const SHORTENED: [&str; 4] = ["e.g.", "i.e.", "vs.", "cf."];

/// A text in lower case, byte for byte, with what stands in quotation marks, backquotes and brackets written as `x`, as are
/// shortened words, and line breaks as spaces.
pub(super) fn mask(text: &str) -> String {
    let mut mask = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let shortened = SHORTENED.iter().find(|word| rest.starts_with(**word) && !mask.ends_with(char::is_alphabetic));
        let hidden = closing(c)
            .and_then(|close| rest[c.len_utf8()..].find(close).map(|at| at + c.len_utf8() + close.len_utf8()))
            .or_else(|| shortened.map(|word| word.len()));
        let taken = hidden.unwrap_or(c.len_utf8());
        match hidden {
            Some(len) => mask.extend(std::iter::repeat_n('x', len)),
            None if c == '\n' => mask.push(' '),
            None => mask.push(c.to_ascii_lowercase()),
        }
        rest = &rest[taken..];
    }
    mask
}

fn closing(open: char) -> Option<char> {
    match open {
        '`' => Some('`'),
        '"' => Some('"'),
        '“' => Some('”'),
        '(' => Some(')'),
        '[' => Some(']'),
        _ => None,
    }
}
