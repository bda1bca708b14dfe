//! The speaker signal: what is shared counts more where the one who said it is named in the query.

use crate::recall::term::{Signals, Term, Weights};

/// Strength of the other signals of a memory whose speaker is named, 0 to 2: words (before cap and stretch), meaning and
/// single words by half. Multiplied, not added: who is named is no answer by itself.
pub fn signal(lexical: f32, semantic: f32, wordwise: f32) -> f32 {
    lexical + 0.5 * (semantic + wordwise)
}

/// From this much ahead on the named are believed to have said it.
const BELIEVED: f32 = 0.1;
/// This far behind they are not.
const DISBELIEVED: f32 = -0.2;

/// What the speaker signal is multiplied by, 0 to 1, where the best of what the named said is `ahead` of the best of what
/// others said: who asks for the wrong one is to find what the right one said.
pub fn belief(ahead: f32) -> f32 {
    ((ahead - DISBELIEVED) / (BELIEVED - DISBELIEVED)).clamp(0.0, 1.0)
}

/// The best weighted sum (that of the speaker term apart) among memories whose speaker is named, less the best among the
/// others; `None` where not both are there.
pub fn ahead<'a>(seen: impl Iterator<Item = (&'a Signals, bool)>, weights: &Weights) -> Option<f32> {
    let weights = weights.with(Term::Speaker, 0.0);
    let mut best = [None::<f32>; 2];
    for (signals, named) in seen {
        let sum = signals.dot(&weights);
        let best = &mut best[usize::from(named)];
        *best = Some(best.map_or(sum, |best| best.max(sum)));
    }
    Some(best[1]? - best[0]?)
}
