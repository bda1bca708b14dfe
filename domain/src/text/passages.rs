//! Long texts in passages: each says about one thing, and a memory is as good as its best one.

use unicode_normalization::char::is_combining_mark;

use crate::text::said::sentence_len;
use crate::text::words::{is_hangul, is_spaceless};

/// Most of a passage in half words: 60 words, or 120 characters of a script without spaces.
const LONGEST: usize = 120;
/// An unbroken run counts as one word for each of these many characters.
const LONGEST_WORD: usize = 64;

/// Texts of more bytes than this, about a hundred words of English, are better searched by passages than whole.
const LONG: usize = 600;

/// Whether a text is better searched by its passages.
pub fn is_long(text: &str) -> bool {
    text.len() > LONG
}

/// The passages of a text in reading order, without the white space around them; no word is left out, none stands twice.
///
/// A text of at most 60 words, separated by white space, is one passage. A longer one is cut after sentences and at line
/// breaks, and as many of these as have 60 words together make a passage; a sentence that is longer alone is cut between
/// words. In a run of characters that holds some of a script without spaces, each character is half a word; any other
/// run counts as a word for each started 64 characters, and is cut there if need be. A blank text has no passage.
pub fn passages(text: &str) -> Vec<&str> {
    let whole = text.trim();
    if half_words(whole) <= LONGEST {
        return if whole.is_empty() { vec![] } else { vec![whole] };
    }
    let mut packing = Packing { text: whole, start: 0, end: 0, size: 0, packed: vec![] };
    let mut start = 0;
    for line in whole.split_inclusive('\n') {
        let mut rest = line;
        while !rest.is_empty() {
            let (sentence, after) = rest.split_at(sentence_len(rest));
            packing.add(sentence, start);
            start += sentence.len();
            rest = after;
        }
    }
    packing.close();
    packing.packed
}

/// The passage that grows, and those that are done.
struct Packing<'a> {
    text: &'a str,
    start: usize,
    end: usize,
    /// Half words in it.
    size: usize,
    packed: Vec<&'a str>,
}

impl Packing<'_> {
    /// Adds a sentence that begins at the byte `at` of the text.
    fn add(&mut self, sentence: &str, at: usize) {
        let size = half_words(sentence);
        if self.size + size > LONGEST {
            self.close();
        }
        if size <= LONGEST {
            self.extend(at, at + sentence.len(), size);
        } else {
            for (offset, length, size) in units(sentence) {
                if self.size + size > LONGEST {
                    self.close();
                }
                self.extend(at + offset, at + offset + length, size);
            }
        }
    }

    fn extend(&mut self, start: usize, end: usize, size: usize) {
        if self.size == 0 {
            self.start = start;
        }
        self.end = end;
        self.size += size;
    }

    fn close(&mut self) {
        if self.size > 0 {
            self.packed.push(self.text[self.start..self.end].trim());
            self.size = 0;
        }
    }
}

fn half_words(text: &str) -> usize {
    units(text).map(|(_, _, size)| size).sum()
}

/// What is never cut: start and length in bytes, size in half words (at least 1).
fn units(text: &str) -> impl Iterator<Item = (usize, usize, usize)> {
    let mut chunks = text.split_whitespace();
    let mut chunk = "";
    let mut spaceless = false;
    let base = text.as_ptr() as usize;
    std::iter::from_fn(move || {
        if chunk.is_empty() {
            chunk = chunks.next()?;
            spaceless = !chunk.is_ascii() && chunk.contains(|c| is_spaceless(c) && !is_hangul(c));
        }
        let start = chunk.as_ptr() as usize - base;
        let length = if spaceless { prefix(chunk, 1) } else { prefix(chunk, LONGEST_WORD) };
        chunk = &chunk[length..];
        Some((start, length, if spaceless { 1 } else { 2 }))
    })
}

/// Bytes of the first `most` characters and of the combining marks behind them.
fn prefix(chunk: &str, most: usize) -> usize {
    if chunk.len() <= most {
        return chunk.len();
    }
    chunk.char_indices().skip(most).find(|&(_, c)| !is_combining_mark(c)).map_or(chunk.len(), |(at, _)| at)
}
