//! The same text written otherwise: in another case, with other marks, in another order, with a slip of the keys.

use std::ops::Range;

use super::filler::Chance;

/// A way of writing a text otherwise, always the same for the same number; `None` where it cannot be written so.
pub(crate) type Variant = fn(&str, usize) -> Option<String>;

/// The text as it is.
pub(crate) fn itself(text: &str, _: usize) -> Option<String> {
    Some(text.to_owned())
}

/// In capitals, in small letters, or each changed into the other.
pub(crate) fn other_case(text: &str, number: usize) -> Option<String> {
    let turned = |c: char| if c.is_lowercase() { c.to_uppercase().to_string() } else { c.to_lowercase().to_string() };
    Some(match number % 3 {
        0 => text.to_uppercase(),
        1 => text.to_lowercase(),
        _ => text.chars().map(turned).collect(),
    })
}

/// Without the marks around words and with others: at the end, after every third word, or around every word. Marks inside
/// words (`1,284`, `o'clock`, `api-2`) are part of them.
pub(crate) fn other_marks(text: &str, number: usize) -> Option<String> {
    let words: Vec<&str> = text.split(' ').map(|word| word.trim_matches(|c: char| c.is_ascii_punctuation())).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    Some(match number % 3 {
        0 => words.join(" ") + "!",
        1 => words.chunks(3).map(|three| three.join(" ")).collect::<Vec<_>>().join(", ") + " …",
        _ => words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" "),
    })
}

/// Its words from behind, its second half first, or in the order of the alphabet.
pub(crate) fn other_order(text: &str, number: usize) -> Option<String> {
    let mut words: Vec<&str> = text.trim_end_matches(['.', '!', '?']).split(' ').collect();
    let half = words.len() / 2;
    match number % 3 {
        0 => words.reverse(),
        1 => words.rotate_left(half),
        _ => words.sort_unstable(),
    }
    (words.len() > 1).then(|| words.join(" "))
}

/// With one slip in one of its words of four letters or more, by turns: two neighbours exchanged, a letter left out, one
/// too many, another one. The place is any, also the first.
pub(crate) fn one_typo(text: &str, number: usize) -> Option<String> {
    let mut chance = Chance::of(number as u64);
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    let long: Vec<usize> = (0..words.len()).filter(|&at| letters(&words[at]).len() >= 4).collect();
    let at = *long.get(chance.below(long.len().max(1)))?;
    words[at] = slipped(&words[at], number % 4, &mut chance);
    Some(words.join(" "))
}

/// Where the letters of a word without digits or other signs inside are; nothing for other words.
fn letters(word: &str) -> Range<usize> {
    let is_mark = |c: char| c.is_ascii_punctuation();
    let begin = word.len() - word.trim_start_matches(is_mark).len();
    let inner = word.trim_matches(is_mark);
    if inner.chars().all(|c| c.is_ascii_alphabetic()) { begin..begin + inner.len() } else { 0..0 }
}

/// A word with a slip of that kind.
fn slipped(word: &str, kind: usize, chance: &mut Chance) -> String {
    let letters = letters(word);
    loop {
        let at = letters.start + chance.below(letters.len());
        let letter = char::from(b'a' + u8::try_from(chance.below(26)).expect("26 letters"));
        let mut changed: Vec<char> = word.chars().collect();
        match kind {
            0 if at + 1 < letters.end => changed.swap(at, at + 1),
            1 => drop(changed.remove(at)),
            2 => changed.insert(at, letter),
            3 => changed[at] = letter,
            _ => {}
        }
        let slipped: String = changed.iter().collect();
        if !slipped.eq_ignore_ascii_case(word) {
            return slipped;
        }
    }
}
