//! The words of a text, as the lexical part of recall compares them.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::text::identifiers::{chunks, humps, wholes};

/// Longer words, in bytes, are none of English; stemming takes time by the square of the length.
const LONGEST_STEMMED: usize = 64;

/// NLTK's 179 English stop words, further contractions of the same words, and the modals.
static STOP_WORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("stop_words.txt").split_whitespace().collect());

/// The terms of a text in reading order, repetitions kept; never empty for a text with a visible character.
///
/// Lower case after NFKC; runs of letters and digits with inner apostrophes; a final `'s` cut; stop words out; Snowball
/// English stems, except where a digit stands in the word or it is very long. Scripts written without spaces give the pairs of neighbouring
/// characters, a lone character itself. Identifiers are terms beside their parts (`foo_bar`, `foo::bar`, `src/main.rs`,
/// `1.2.3`); the parts of `camelCase` come last. Characters without width, soft hyphens, and the vowel points of Arabic
/// and Hebrew count as not written. A text of stop words alone gives those words as they stand, a text without words its
/// symbols.
pub fn words(text: &str) -> Vec<String> {
    let plain = lowered(text);
    let mut terms = content(&plain);
    if !terms.is_empty() {
        camel_case(text, &mut terms);
        return terms;
    }
    let bare: Vec<String> = tokens(&plain).map(str::to_owned).collect();
    if !bare.is_empty() {
        return bare;
    }
    let symbols = |text: &str| -> Vec<String> {
        text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).map(String::from).collect()
    };
    let symbols_seen = symbols(&plain);
    if symbols_seen.is_empty() { symbols(text) } else { symbols_seen }
}

/// Whether anything but stop words and symbols is said.
pub fn has_content(text: &str) -> bool {
    let is_term = |token: &str| token.starts_with(is_spaceless) || token.contains('_') || says(without_s(token));
    chunks(&lowered(text)).any(|chunk| {
        let mut is_identifier = false;
        wholes(chunk, |_| is_identifier = true);
        is_identifier || tokens(chunk).any(is_term)
    })
}

/// The lower-case words of a text as they stand, only a final `'s` cut: what names are compared with.
pub fn bare_words(text: &str) -> Vec<String> {
    let plain = lowered(text);
    tokens(&plain).map(|token| without_s(token).to_owned()).collect()
}

/// The text without the words that `unwanted` picks by their bare form (see [`bare_words`]), a following `'s` included.
pub fn without(text: &str, unwanted: impl Fn(&str) -> bool) -> String {
    replaced(text, |word| unwanted(word).then(String::new))
}

/// The text with other words for those that `other` has one for, by their bare form (see [`bare_words`]), a following `'s`
/// included.
pub(crate) fn replaced(text: &str, mut other: impl FnMut(&str) -> Option<String>) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(begins) {
        kept.push_str(&rest[..start]);
        let (token, after) = rest[start..].split_at(token_len(&rest[start..]));
        match other(without_s(&lowered(token))) {
            Some(word) => kept.push_str(&word),
            None => kept.push_str(token),
        }
        rest = after;
    }
    kept.push_str(rest);
    kept
}

/// The term of a lower-case word, `None` for a stop word.
pub(crate) fn term(word: &str) -> Option<Cow<'_, str>> {
    stemmed(word, &Stemmer::create(Algorithm::English))
}

fn content(plain: &str) -> Vec<String> {
    let stemmer = Stemmer::create(Algorithm::English);
    let mut terms = Vec::new();
    for chunk in chunks(plain) {
        wholes(chunk, |whole| terms.push(whole.to_owned()));
        for token in tokens(chunk) {
            if token.starts_with(is_spaceless) {
                pairs(token, &mut terms);
            } else if token.contains('_') {
                terms.push(token.to_owned());
                token.split('_').for_each(|part| word(part, &stemmer, &mut terms));
            } else {
                word(token, &stemmer, &mut terms);
            }
        }
    }
    terms
}

/// The terms of the words that identifiers in camel case are made of.
fn camel_case(text: &str, terms: &mut Vec<String>) {
    if !text.as_bytes().windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase()) {
        return;
    }
    let stemmer = Stemmer::create(Algorithm::English);
    for token in tokens(text).flat_map(|token| token.split('_')) {
        humps(token).into_iter().for_each(|hump| word(&hump.to_ascii_lowercase(), &stemmer, terms));
    }
}

fn word(token: &str, stemmer: &Stemmer, terms: &mut Vec<String>) {
    terms.extend(stemmed(without_s(token), stemmer).map(Cow::into_owned));
}

fn stemmed<'a>(word: &'a str, stemmer: &Stemmer) -> Option<Cow<'a, str>> {
    if !says(word) {
        return None;
    }
    let named = word.len() > LONGEST_STEMMED || word.contains(|c: char| c.is_numeric());
    Some(if named { Cow::Borrowed(word) } else { stemmer.stem(word) })
}

/// Whether a lower-case word is more than a stop word.
fn says(word: &str) -> bool {
    !word.is_empty() && !STOP_WORDS.contains(word)
}

fn pairs(run: &str, terms: &mut Vec<String>) {
    let chars: Vec<char> = run.chars().collect();
    match chars.as_slice() {
        [lone] => terms.push(lone.to_string()),
        many => terms.extend(many.windows(2).map(|pair| pair.iter().collect::<String>())),
    }
}

/// Puts the bare form of a token (see [`bare_words`]) in place of what `word` holds.
pub(crate) fn fold(token: &str, word: &mut String) {
    word.clear();
    if token.is_ascii() {
        word.push_str(token);
        word.make_ascii_lowercase();
        word.truncate(without_s(word).len());
    } else {
        word.push_str(without_s(&lowered(token)));
    }
}

fn without_s(token: &str) -> &str {
    token.strip_suffix("'s").unwrap_or(token)
}

fn lowered(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let written = text.chars().filter(|&c| !is_unwritten(c));
    written.nfkc().collect::<String>().to_lowercase().replace('’', "'")
}

/// The words of a text as they are written, marks between them left out.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(begins)?;
        let (token, after) = rest[start..].split_at(token_len(&rest[start..]));
        rest = after;
        Some(token)
    })
}

fn begins(c: char) -> bool {
    (c.is_alphanumeric() || is_spaceless(c)) && !is_unwritten(c)
}

/// Bytes of the token that `text` begins with.
fn token_len(text: &str) -> usize {
    if text.starts_with(is_spaceless) {
        return text.find(|c| !is_spaceless(c) && !is_combining_mark(c) && !is_unwritten(c)).unwrap_or(text.len());
    }
    let mut chars = text.char_indices().peekable();
    let mut end = 0;
    while let Some((at, c)) = chars.next() {
        if is_unwritten(c) {
            continue;
        }
        let inner = |next: Option<&(usize, char)>| next.is_some_and(|&(_, c)| c.is_alphanumeric() && !is_spaceless(c));
        if is_spaceless(c) {
            break;
        } else if c.is_alphanumeric() || is_combining_mark(c) {
            end = at + c.len_utf8();
        } else if !(c == '_' || matches!(c, '\'' | '’') && inner(chars.peek())) {
            break;
        }
    }
    end
}

/// Characters that leave a word the same: without width or visible only at a line's end, signs of direction and variation,
/// and points and strokes that readers of Arabic and Hebrew add or leave out.
fn is_unwritten(c: char) -> bool {
    !c.is_ascii()
        && matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{e0100}'..='\u{e01ef}'
            | '\u{640}' | '\u{64b}'..='\u{652}' | '\u{670}'                    // Arabic
            | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}'         // Hebrew
        )
}

/// Letters of scripts written without spaces between words (Hangul has spaces, but particles hang on its words).
pub(super) fn is_spaceless(c: char) -> bool {
    matches!(c,
        '\u{0e01}'..='\u{0eff}'       // Thai, Lao
        | '\u{1000}'..='\u{109f}'     // Myanmar
        | '\u{1780}'..='\u{17dd}'     // Khmer
        | '\u{3005}'..='\u{3007}'
        | '\u{3041}'..='\u{30ff}'     // Kana
        | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
        | '\u{ac00}'..='\u{d7a3}'     // Hangul
    ) && c != '\u{30fb}'
        && c != '\u{0e3f}'
}

/// Korean syllables.
pub(super) fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}')
}
