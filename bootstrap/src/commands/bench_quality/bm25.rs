//! The yardstick: BM25 with k1 1.2 and b .75 over the same analysed words, the speaker in front, exact and by itself.

use std::collections::HashMap;

use domain::recall::bm25::idf;
use domain::text::words::words;

use super::ranking::Ranking;

const K1: f64 = 1.2;
const B: f64 = 0.75;

/// All texts of a corpus, counted.
pub(crate) struct Bm25 {
    /// For each word the texts that hold it, with how often.
    postings: HashMap<String, Vec<(usize, f64)>>,
    lengths: Vec<f64>,
    mean: f64,
}

impl Bm25 {
    /// Counts texts.
    pub(crate) fn new(texts: &[String]) -> Self {
        let mut postings: HashMap<String, Vec<(usize, f64)>> = HashMap::new();
        let mut lengths = Vec::with_capacity(texts.len());
        for (place, text) in texts.iter().enumerate() {
            let words = words(text);
            lengths.push(words.len() as f64);
            for word in words {
                let list = postings.entry(word).or_default();
                match list.last_mut() {
                    Some((last, count)) if *last == place => *count += 1.0,
                    _ => list.push((place, 1.0)),
                }
            }
        }
        let mean = lengths.iter().sum::<f64>() / (lengths.len().max(1) as f64);
        Self { postings, lengths, mean }
    }

    /// The best texts that share a word with the query; of equals the earlier.
    pub(crate) fn rank(&self, query: &str, k: usize) -> Ranking {
        let mut scores = vec![0.0; self.lengths.len()];
        for word in words(query) {
            let Some(list) = self.postings.get(&word) else { continue };
            let idf = f64::from(idf(self.lengths.len(), list.len()));
            for &(place, count) in list {
                let length = self.lengths[place] / self.mean;
                scores[place] += idf * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length));
            }
        }
        best(&scores, k)
    }
}

/// The places with the highest values above 0, of equals the earlier.
pub(crate) fn best(scores: &[f64], k: usize) -> Ranking {
    let mut order: Vec<usize> = (0..scores.len()).filter(|place| scores[*place] > 0.0).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    order.into_iter().take(k).map(Some).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_computed_by_hand() {
        let texts = ["red kite", "kite kite", "blue boat sails"].map(String::from);
        let bm25 = Bm25::new(&texts);
        // mean length 7/3: `kite` once in two words 2.2/(1 + 1.2(.25 + .75·6/7)) = 1.0664, twice 4.4/(2 + …) = 1.4370
        assert_eq!(bm25.rank("a kite", 10), [Some(1), Some(0)]);
        assert_eq!(bm25.rank("red kites", 10), [Some(0), Some(1)]);
        assert_eq!(bm25.rank("boat", 1), [Some(2)]);
        assert_eq!(bm25.rank("train", 10), []);
    }
}
