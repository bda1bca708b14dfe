//! The speaker signal: what is shared counts more where the one who said it is named in the query.

/// Strength of the other signals of a memory whose speaker is named, 0 to 2: words (before cap and stretch), meaning and
/// single words by half. Multiplied, not added: who is named is no answer by itself.
pub fn signal(lexical: f32, semantic: f32, wordwise: f32) -> f32 {
    lexical + 0.5 * (semantic + wordwise)
}
