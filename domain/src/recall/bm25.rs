//! BM25: how much the words that two texts share say (Robertson, Zaragoza 2009), with Lucene's always positive idf.

/// How quickly repetition of a word stops counting.
pub const K1: f32 = 1.2;
/// How much long texts are discounted, 0 to 1.
pub const B: f32 = 0.4;

/// How much a term says that `df` of `n` texts hold: ln(1 + (n - df + ½) / (df + ½)), above 0 for df ≤ n.
pub fn idf(n: usize, df: usize) -> f32 {
    let (n, df) = (n as f64, df.min(n) as f64);
    ((n - df + 0.5) / (df + 0.5)).ln_1p() as f32
}

/// What a term that stands `count` times in a text adds to its score, per idf: 0 to 2.2.
/// `length` is the text's over the mean length.
pub fn saturation(count: f32, length: f32) -> f32 {
    count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length))
}

/// A BM25 score as a signal of 0 to 1: over the highest that the query's idf can give.
pub fn signal(bm25: f32, idf_sum: f32) -> f32 {
    if idf_sum > 0.0 { (bm25 / ((K1 + 1.0) * idf_sum)).clamp(0.0, 1.0) } else { 0.0 }
}

/// How much a wordpiece says beyond being a word of the language, 0 to 1: 1e-3 / (1e-3 + p), with p by Zipf's law on its
/// place in BERT's uncased vocabulary, which is ordered by frequency from id 1996 on.
pub fn rarity(piece: u16) -> f32 {
    /// The sum of 1/(id - 1994) over ids 1996 to 30,521 and of 1/2 over ids 999 to 1995.
    const SUM: f32 = 498.5 + 9.838;
    let p = if piece < 1996 { 0.5 } else { 1.0 / f32::from(piece - 1994) } / SUM;
    1e-3 / (1e-3 + p)
}
