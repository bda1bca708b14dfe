//! Words of a query that no memory holds, read as those of the namespace that are one slip of the keys away.
//!
//! Every word one slip away is made and asked for, anew for each query: nothing is kept that could be out of date, an
//! ending that was hit is found like any other letter, and the time does not grow with the namespace. A query whose words
//! are all known pays nothing but asking for them.

use std::ops::RangeInclusive;

use crate::index::NamespaceIndex;
use crate::text::words;

/// A slip in fewer letters leaves too little of a word.
const SHORTEST: usize = 4;
/// Longer words are names of things, not words that somebody types.
const LONGEST: usize = 32;
/// Most words of a query that are read otherwise: a query with more of them speaks of something else.
const MOST: usize = 4;
/// Most readings of one word.
const READINGS: usize = 3;

impl NamespaceIndex {
    /// The query with other words for those that are misspelt; `None` where none is.
    ///
    /// A word is misspelt if it has 4 to 32 letters and nothing else, no memory holds it, no speaker is called so, the
    /// encoder's table does not know it as one piece, and one slip away (a letter too many, too few, another one, or two
    /// neighbours exchanged) is no stop word but a word that some memory holds, or the name of someone who says much. Of
    /// several such words the three that most memories hold are read.
    pub(super) fn respelt(&self, text: &str) -> Option<String> {
        let (mut left, mut changed) = (MOST, false);
        let respelt = words::replaced(text, |word| {
            if left == 0 || !self.is_unknown(word) {
                return None;
            }
            left -= 1;
            let near = self.one_slip_from(word);
            changed |= !near.is_empty();
            (!near.is_empty()).then(|| near.join(" "))
        });
        changed.then_some(respelt)
    }

    /// Whether a bare word is none that the namespace or the table knows.
    fn is_unknown(&self, word: &str) -> bool {
        (SHORTEST..=LONGEST).contains(&word.chars().count())
            && word.chars().all(is_letter)
            && words::term(word).is_some_and(|term| !self.postings.holds(&term))
            && self.owners.speakers.named(word).is_empty()
            && self.lens.table.as_ref().is_none_or(|table| table.vocabulary().ids(word).len() > 1)
    }

    /// Words one slip away that the namespace knows, those that most memories hold first.
    fn one_slip_from(&self, word: &str) -> Vec<String> {
        let mut near: Vec<(usize, String, String)> = vec![];
        let mut stops = false;
        slips(word, |other| {
            let Some(term) = words::term(other) else {
                stops = true;
                return;
            };
            let texts = self.postings.texts_with(&term).max(usize::from(self.names.is_cut(other)));
            if texts > 0 && near.iter().all(|(_, known, _)| *known != term) {
                near.push((texts, term.into_owned(), other.to_owned()));
            }
        });
        if stops {
            return vec![];
        }
        near.sort_by(|(a, one, _), (b, other, _)| b.cmp(a).then(one.cmp(other)));
        near.into_iter().take(READINGS).map(|(_, _, other)| other).collect()
    }
}

/// Letters of scripts with few of them.
fn is_letter(c: char) -> bool {
    alphabet(c).is_some()
}

/// The lower-case letters of the script that a letter is from.
fn alphabet(letter: char) -> Option<RangeInclusive<char>> {
    ['a'..='z', 'ß'..='ÿ', 'ά'..='ώ', 'а'..='џ', 'א'..='ת', 'ء'..='ي']
        .into_iter()
        .find(|letters| letters.contains(&letter))
}

/// Hands over every word one slip away: Damerau's four (1964), with letters of the scripts that the word is written in.
fn slips(word: &str, mut take: impl FnMut(&str)) {
    let letters: Vec<char> = word.chars().collect();
    let mut scripts: Vec<_> = letters.iter().filter_map(|&letter| alphabet(letter)).collect();
    scripts.sort_unstable_by_key(|letters| *letters.start());
    scripts.dedup();
    let mut made = String::with_capacity(word.len() + 4);
    let mut hand = |begin: &[char], between: &[char], end: &[char]| {
        made.clear();
        made.extend(begin.iter().chain(between).chain(end));
        take(&made);
    };
    for at in 0..letters.len() {
        let (begin, end) = letters.split_at(at);
        if let [one, other, rest @ ..] = end
            && one != other
        {
            hand(begin, &[*other, *one], rest);
        }
        hand(begin, &[], &end[1..]);
    }
    for at in 0..=letters.len() {
        let (begin, end) = letters.split_at(at);
        for letter in scripts.iter().cloned().flatten() {
            if end.first().is_some_and(|old| *old != letter) {
                hand(begin, &[letter], &end[1..]);
            }
            hand(begin, &[letter], end);
        }
    }
}
