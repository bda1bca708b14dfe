//! Maximal marginal relevance (Carbonell, Goldstein 1998): good answers that do not all say the same.

use crate::encoding::Encoding;

/// An answer and what it means.
#[derive(Debug, Clone, Copy)]
pub struct Scored<'a> {
    /// Its score, 0 to 1.
    pub score: f32,
    /// Its place in meaning; one without is like no other.
    pub encoding: Option<&'a Encoding>,
}

/// The order in which to take at most `limit` of the answers, as places in `answers`.
///
/// Each step takes the answer with the highest (1 - diversity) · score - diversity · (largest cosine to one taken before,
/// at least 0); the earlier of equals. `diversity` is 0 (by score alone) to 1, held within.
pub fn diversified(answers: &[Scored<'_>], diversity: f32, limit: usize) -> Vec<usize> {
    let diversity = if diversity.is_nan() { 0.0 } else { diversity.clamp(0.0, 1.0) };
    let mut likeness = vec![0f32; answers.len()];
    let mut open: Vec<usize> = (0..answers.len()).collect();
    let mut order = Vec::with_capacity(limit.min(answers.len()));
    while order.len() < limit && !open.is_empty() {
        let worth = |at: usize| (1.0 - diversity) * answers[at].score - diversity * likeness[at];
        let first = 0;
        let best = (1..open.len()).fold(first, |best, at| if worth(open[at]) > worth(open[best]) { at } else { best });
        let taken = open.remove(best);
        for &at in &open {
            likeness[at] = likeness[at].max(cosine(&answers[taken], &answers[at]));
        }
        order.push(taken);
    }
    order
}

fn cosine(a: &Scored<'_>, b: &Scored<'_>) -> f32 {
    a.encoding.zip(b.encoding).and_then(|(a, b)| a.cosine(b)).unwrap_or(0.0)
}
