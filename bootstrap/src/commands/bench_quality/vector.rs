//! The other yardstick: the vector alone. Plain cosine of each single text's encoding with the query's, by the encoder
//! that ships; the query is read as it stands: names are not cut, words are not weighted, neighbours are not read.

use domain::encoding::Encoding;
use domain::encoding::table::Table;

use super::bm25::best;
use super::ranking::Ranking;

/// All texts of a corpus, encoded.
pub(crate) struct Vectors<'a> {
    table: &'a Table,
    encodings: Vec<Option<Encoding>>,
}

impl<'a> Vectors<'a> {
    /// Encodes texts.
    pub(crate) fn new<'t>(table: &'a Table, texts: impl Iterator<Item = &'t str>) -> Self {
        Self { table, encodings: texts.map(|text| table.encode(text)).collect() }
    }

    /// The nearest texts; of equals the earlier.
    pub(crate) fn rank(&self, query: &str, k: usize) -> Ranking {
        let Some(query) = self.table.encode(query) else { return Ranking::new() };
        let cosine = |one: &Option<Encoding>| one.as_ref().and_then(|one| one.cosine(&query)).map_or(0.0, f64::from);
        let scores: Vec<f64> = self.encodings.iter().map(cosine).collect();
        best(&scores, k)
    }
}
