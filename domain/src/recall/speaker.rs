//! The speaker signal: what is shared counts more where the one who said it is named in the query.

/// Strength of the other signals if the memory's speaker is named, 0 to 1.5; 0 otherwise.
pub fn signal(named: bool, lexical: f32, semantic: f32) -> f32 {
    if named { lexical + 0.5 * semantic } else { 0.0 }
}
