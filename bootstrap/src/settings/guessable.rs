//! Secrets that anybody could guess: those of examples and templates, and those that hardly vary.

/// What stands in documentation, templates and debuggers of tokens, and so in every attacker's list. Compared without
/// case, spaces, hyphens and underscores.
const KNOWN: [&str; 18] = [
    "your256bitsecret",
    "your384bitsecret",
    "your512bitsecret",
    "astringsecretatleast256bitslong",
    "yoursecretkey",
    "yourjwtsecret",
    "mysecretkey",
    "supersecret",
    "secretkeyhere",
    "jwtsecretkey",
    "changeme",
    "changethis",
    "replaceme",
    "replacethis",
    "placeholder",
    "notsosecret",
    "passwordpassword",
    "0123456789abcdef0123456789abcdef",
];

/// Fewest different bytes of a secret made by chance: one of 32 hexadecimal digits has fewer than this once in a
/// million times.
const VARIED: usize = 8;

/// Why a secret can be guessed; `None`: it is not known to be.
pub(super) fn why(secret: &str) -> Option<&'static str> {
    let plain: String = secret.to_lowercase().chars().filter(|c| !matches!(c, ' ' | '-' | '_' | '.')).collect();
    if KNOWN.iter().any(|known| plain.contains(known)) {
        return Some("is one that stands in examples");
    }
    let bytes = secret.as_bytes();
    let different: std::collections::BTreeSet<&u8> = bytes.iter().collect();
    if different.len() < VARIED {
        return Some("hardly varies");
    }
    let repeats = |unit: usize| bytes.iter().zip(&bytes[unit..]).all(|(one, next)| one == next);
    if (1..=bytes.len() / 2).any(repeats) {
        return Some("repeats itself");
    }
    let rises = bytes.windows(2).filter(|pair| pair[1] == pair[0].wrapping_add(1)).count();
    if rises * 4 > bytes.len() * 3 {
        return Some("counts up");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::why;

    #[test]
    fn what_stands_in_examples_or_hardly_varies_can_be_guessed() {
        for secret in [
            "your-256-bit-secret-your-256-bit-secret",
            "a-string-secret-at-least-256-bits-long",
            "please-CHANGE_ME-please-this-is-no-secret",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "abababababababababababababababababababab",
            "correcthorsebatterycorrecthorsebattery",
            "abcdefghijklmnopqrstuvwxyz0123456789",
            "MySuperSecretKeyThatNobodyWillEverGuess",
        ] {
            assert!(why(secret).is_some(), "{secret}");
        }
    }

    #[test]
    fn what_was_made_by_chance_cannot() {
        for secret in [
            "mBsUMXcNqm0f1gS9v3JkQ8PzO2hUuO1sQd1pXq1mUe7XyW0g5Z0Zt4r8b8xJ9k2a",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "a-secret-of-the-tests-longer-than-thirty-two-bytes",
        ] {
            assert_eq!(why(secret), None, "{secret}");
        }
    }
}
