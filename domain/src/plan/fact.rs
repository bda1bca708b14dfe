//! When two short texts state the same fact.

use unicode_normalization::UnicodeNormalization;

/// A text without what does not change its meaning: compatible characters made equal (NFKC), lower case, sentence marks
/// and brackets taken for spaces, spaces joined. Signs that carry meaning (`+`, `#`, `%`, `/`, …) stay.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fact(String);

impl Fact {
    /// The fact that a text states; `None` for a text of nothing but spaces and marks.
    pub fn of(text: &str) -> Option<Self> {
        let spaced: String =
            text.nfkc().flat_map(char::to_lowercase).map(|c| if is_mark(c) { ' ' } else { c }).collect();
        let words: Vec<&str> = spaced.split_whitespace().collect();
        if words.is_empty() { None } else { Some(Self(words.join(" "))) }
    }

    /// The normalised text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_mark(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '"' | '`' | '(' | ')' | '[' | ']' | '{' | '}' | '-' | '_' | '*'
        )
        || matches!(c, '¡' | '¿' | '«' | '»' | '\u{2010}'..='\u{2027}' | '\u{2039}' | '\u{203a}' | '\u{3001}' | '\u{3002}' | '\u{300c}'..='\u{300f}')
}
