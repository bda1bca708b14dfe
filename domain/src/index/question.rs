//! What a query asks, read with the statistics of the namespace.

use crate::encoding::Encoding;
use crate::index::labels::Number;
use crate::index::{NamespaceIndex, Reading};
use crate::recall::bm25;
use crate::recall::cue::Cue;
use crate::recall::kind::{Asked, asked};
use crate::recall::recency::asks_for_the_present;
use crate::text::dates::{self, SaidDate};
use crate::text::script::latin_share;
use crate::text::words;

/// Units without any wordpiece of the query that every namespace is taken to have beside its own, so that in a small one
/// the words of the language do not outweigh those of the question.
const UNSEEN: usize = 50;

/// A query as a namespace reads it.
pub(super) struct Question {
    /// Content words without the names that are cut.
    pub(super) words: Vec<String>,
    /// The names that it consists of, if it is of names alone.
    pub(super) names: Vec<String>,
    /// Places in meaning, one an encoder, and what nearness to each counts.
    pub(super) encodings: Vec<(Encoding, f32)>,
    /// Its wordpieces, each with what it counts.
    pub(super) pieces: Vec<(u16, f32)>,
    /// Which speakers are named, ascending.
    pub(super) named: Vec<Number>,
    pub(super) dates: Vec<SaidDate>,
    /// What is asked for, if it is a question.
    pub(super) asked: Option<Asked>,
    /// Whether it asks how things are now.
    pub(super) present: bool,
    /// How much the table, which knows English, is to be trusted: the share of Latin letters, squared.
    pub(super) latin: f32,
}

/// The text of a query as the namespace hears it.
struct Heard {
    /// With other words for those that are misspelt.
    text: String,
    /// The same without the names that are cut.
    plain: String,
    /// The content words of that.
    words: Vec<String>,
    /// What the table's encoder reads: that, and misspelt words as they stand as well.
    encoded: String,
}

impl Question {
    /// What the answer says of it.
    pub(super) fn reading(&self) -> Reading {
        Reading { words: self.words.len(), named: self.named.len() }
    }
}

impl NamespaceIndex {
    pub(super) fn read(&self, cue: &Cue) -> Question {
        let text = cue.text.as_str();
        // a question is the same without its mark
        let bare = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '?' | '？'));
        let bare = if bare.chars().all(|c| c.is_whitespace() || c.is_control()) { text } else { bare };
        let heard = self.heard(bare);
        let bare = heard.text.as_str();
        let latin = latin_share(bare).powi(2);
        let pieces = self.lens.table.as_ref().map_or_else(Vec::new, |table| table.pieces(&heard.encoded));
        let mut names = if heard.plain == bare { words::bare_words(bare) } else { vec![] };
        names.retain(|word| self.names.is_cut(word));
        Question {
            words: heard.words,
            names,
            encodings: self.encodings(&pieces, cue.encoding.as_ref(), latin),
            pieces: self.weighed(pieces),
            named: self.owners.speakers.named(bare),
            dates: dates::dates(bare),
            asked: asked(text),
            present: asks_for_the_present(text),
            latin,
        }
    }

    fn heard(&self, text: &str) -> Heard {
        let plain = self.nameless(text);
        let words = words::words(&plain);
        let known = words.iter().all(|word| self.postings.holds(word));
        let Some(respelt) = (if known { None } else { self.respelt(text) }) else {
            return Heard { text: text.to_owned(), encoded: unquoted(&plain), plain, words };
        };
        let other = self.nameless(&respelt);
        let encoded = unquoted(&format!("{plain} {other}"));
        Heard { text: respelt, encoded, words: words::words(&other), plain: other }
    }

    /// The encoding given, and the wordpieces' by the index's own table unless that is its encoder too.
    fn encodings(&self, pieces: &[u16], given: Option<&Encoding>, latin: f32) -> Vec<(Encoding, f32)> {
        let table = self.lens.table.as_ref();
        let own = table.filter(|table| given.is_none_or(|given| given.encoder() != table.encoder()));
        let weighted = own.and_then(|table| table.encode_pieces(pieces, |piece| self.idf(piece).sqrt()));
        let given = given.map(|given| (given.clone(), 1.0));
        given.into_iter().chain(weighted.map(|weighted| (weighted, latin))).collect()
    }

    /// Each wordpiece with its count times idf, less for the frequent words of the language.
    fn weighed(&self, mut pieces: Vec<u16>) -> Vec<(u16, f32)> {
        pieces.sort_unstable();
        let weight = |same: &[u16]| (same[0], same.len() as f32 * self.idf(same[0]) * bm25::rarity(same[0]));
        pieces.chunk_by(|a, b| a == b).map(weight).collect()
    }

    fn idf(&self, piece: u16) -> f32 {
        bm25::idf(self.slots.units() + UNSEEN, self.pieces.get(&piece).map_or(0, |&units| units as usize))
    }
}

/// A text without quotation marks, unless it has nothing else: whoever puts a word between them means the word.
fn unquoted(text: &str) -> String {
    let unquoted = text.replace(['"', '“', '”', '„', '«', '»', '`'], " ");
    if unquoted.trim().is_empty() { text.to_owned() } else { unquoted }
}
