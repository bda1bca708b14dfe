//! The recency signal: what happened lately, where the query asks how things are now.

use crate::recall::kind::asked;
use crate::text::words::tokens;
use crate::time::Timestamp;

/// Days after which a memory counts half.
const HALF_LIFE: f64 = 30.0;

/// 1 for what happens at the moment asked about or later, half as much for each thirty days before it.
pub fn signal(happened: Timestamp, at: Timestamp) -> f32 {
    let days = at.seconds_since(happened).max(0.0) / 86_400.0;
    (-days / HALF_LIFE).exp2() as f32
}

/// Whether a query asks for what holds now, so that of several memories the latest is wanted.
///
/// It does if it says so ("now", "currently", "these days", "at the moment", "latest", "any more"). A question does also if
/// it has a verb in the present ("Where does Ann live?", "Who's the owner?", "Who owns it?") and no word of the past ("did",
/// "was", "been", "ago", "last", "first").
pub fn asks_for_the_present(query: &str) -> bool {
    let words: Vec<String> = tokens(query).map(|token| token.to_lowercase().replace('’', "'")).collect();
    let pairs = || words.windows(2).map(|pair| (&*pair[0], &*pair[1]));
    if words.iter().any(|word| says_now(word)) || pairs().any(says_now_in_two) {
        return true;
    }
    let is_present = words.iter().any(|word| is_present(word)) || pairs().take(1).any(has_a_subject_in_the_present);
    is_present && !words.iter().any(|word| is_past(word)) && asked(query).is_some()
}

fn says_now(word: &str) -> bool {
    matches!(word, "now" | "nowadays" | "current" | "currently" | "presently" | "today" | "still")
        || matches!(word, "anymore" | "lately" | "recently" | "latest" | "newest")
}

fn says_now_in_two(pair: (&str, &str)) -> bool {
    matches!(pair, ("these", "days") | ("the", "moment") | ("any", "more" | "longer") | ("most", "recent"))
}

fn is_present(word: &str) -> bool {
    let verb = word.strip_suffix("n't").unwrap_or(word);
    matches!(verb, "is" | "are" | "am" | "do" | "does")
        || matches!(word, "what's" | "where's" | "who's" | "how's" | "which's" | "why's" | "when's")
        || matches!(word, "what're" | "where're" | "who're" | "i'm")
}

/// "Who owns", "who lives": only "who" is asked without an auxiliary often enough.
fn has_a_subject_in_the_present((first, verb): (&str, &str)) -> bool {
    first == "who" && verb.ends_with('s') && !verb.ends_with("ss") && !matches!(verb, "was" | "has")
}

fn is_past(word: &str) -> bool {
    let verb = word.strip_suffix("n't").unwrap_or(word);
    matches!(verb, "did" | "was" | "were" | "had" | "been" | "used")
        || matches!(word, "ago" | "last" | "yesterday" | "once" | "previous" | "previously")
        || matches!(word, "former" | "formerly" | "first" | "original" | "originally")
}
