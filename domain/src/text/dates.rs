//! Dates said in so many words: "8 May 2023", "May 8", "2023-05-08", "in May 2023", "in 2023".

/// A date as precisely as it was said; without a year it means that day or month of any year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SaidDate {
    /// A day.
    Day {
        /// The year, 1 to 9999, if it was said.
        year: Option<i16>,
        /// The month, 1 to 12.
        month: i8,
        /// The day of the month, 1 to 31.
        day: i8,
    },
    /// A month.
    Month {
        /// The year, if it was said.
        year: Option<i16>,
        /// The month, 1 to 12.
        month: i8,
    },
    /// A year, 1900 to 2099.
    Year(i16),
}

/// The dates said in a text, in reading order; upper and lower case mean the same.
///
/// A month alone counts where it cannot be a verb or a name ("July") or where a word before it says so ("in May").
pub fn dates(text: &str) -> Vec<SaidDate> {
    let lower = text.to_lowercase();
    let words = date_words(&lower);
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let before = at.checked_sub(1).map(|before| words[before]);
        match date_at(&words[at..], before) {
            Some((date, length)) => {
                found.push(date);
                at += length;
            }
            None => at += 1,
        }
    }
    found
}

/// Days from 0000-03-01 to that day of the Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms").
pub fn day_number(year: i16, month: i8, day: i8) -> i32 {
    let (month, day) = (i32::from(month), i32::from(day));
    let year = i32::from(year) - i32::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year
}

/// The year, month and day of a [`day_number`] (same source).
pub fn civil(day_number: i32) -> (i32, i8, i8) {
    let era = day_number.div_euclid(146_097);
    let of_era = day_number.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * shifted + 2) / 5 + 1, (shifted + 2) % 12 + 1);
    (era * 400 + year_of_era + i32::from(month <= 2), month as i8, day as i8)
}

/// The words of a lower-case text as dates are read from them: cut at white space and commas, without marks around them.
pub(super) fn date_words(lower: &str) -> Vec<&str> {
    let words = lower.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
    words.map(trimmed).collect()
}

/// The date that `words` begin with, and how many of them it takes.
pub(super) fn date_at(words: &[&str], before: Option<&str>) -> Option<(SaidDate, usize)> {
    let first = words.first()?;
    numeric(first)
        .map(|date| (date, 1))
        .or_else(|| day_first(words))
        .or_else(|| month_first(words, before))
        .or_else(|| Some((SaidDate::Year(year(first)?), 1)))
}

/// "8 May 2023", "8th of May".
fn day_first(words: &[&str]) -> Option<(SaidDate, usize)> {
    let day = day_of_month(words[0])?;
    let of = usize::from(words.get(1) == Some(&"of"));
    let month = month(words.get(1 + of)?)?;
    let year = words.get(2 + of).and_then(|word| year(word));
    Some((checked(year, month, day)?, 2 + of + usize::from(year.is_some())))
}

/// "May 8 2023", "May 8", "May 2023", "in May".
fn month_first(words: &[&str], before: Option<&str>) -> Option<(SaidDate, usize)> {
    let month = month(words[0])?;
    let next = words.get(1).copied().unwrap_or_default();
    if let Some(date) = day_of_month(next).and_then(|day| {
        let year = words.get(2).and_then(|word| year(word));
        Some((checked(year, month, day)?, 2 + usize::from(year.is_some())))
    }) {
        return Some(date);
    }
    if let Some(year) = year(next) {
        return Some((SaidDate::Month { year: Some(year), month }, 2));
    }
    let of = words.get(2).filter(|_| next == "of").and_then(|word| year(word));
    if of.is_some() {
        return Some((SaidDate::Month { year: of, month }, 3));
    }
    let sure = !matches!(words[0], "may" | "march" | "mar" | "april" | "june" | "august" | "jan" | "sep" | "dec");
    (sure || before.is_some_and(leads_to_month)).then_some((SaidDate::Month { year: None, month }, 1))
}

fn leads_to_month(word: &str) -> bool {
    matches!(
        word,
        "in" | "during"
            | "since"
            | "until"
            | "till"
            | "by"
            | "of"
            | "last"
            | "next"
            | "this"
            | "early"
            | "mid"
            | "late"
    )
}

/// "2023-05-08", "2023/05/08", "8.5.2023", "2023-05".
fn numeric(word: &str) -> Option<SaidDate> {
    let separator = word.find(['-', '/', '.'])?;
    let separator = word[separator..].chars().next()?;
    let parts: Vec<&str> = word.split(separator).collect();
    match (separator, parts.as_slice()) {
        ('-', [y, m]) => {
            let month = small(m).filter(|m| (1..=12).contains(m))?;
            Some(SaidDate::Month { year: Some(year(y)?), month })
        }
        ('-' | '/', [y, m, d]) => checked(Some(year(y)?), small(m)?, small(d.split('t').next()?)?),
        ('.', [d, m, y]) => checked(Some(year(y)?), small(m)?, small(d)?),
        _ => None,
    }
}

fn checked(year: Option<i16>, month: i8, day: i8) -> Option<SaidDate> {
    // 2024 had a 29 February: a day without a year is one that some year has
    jiff::civil::Date::new(year.unwrap_or(2024), month, day).ok()?;
    Some(SaidDate::Day { year, month, day })
}

/// A year from 1900 to 2099.
pub(super) fn year(word: &str) -> Option<i16> {
    let digits = word.strip_suffix("'s").unwrap_or(word);
    let year = digits.parse().ok().filter(|year| (1900..=2099).contains(year))?;
    (digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(year)
}

fn day_of_month(word: &str) -> Option<i8> {
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    small(digits).filter(|day| (1..=31).contains(day))
}

fn small(digits: &str) -> Option<i8> {
    let written = (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|_| written)
}

fn month(word: &str) -> Option<i8> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.strip_suffix("'s").unwrap_or(word).trim_end_matches('.');
    let short = word.len() == 3 || word == "sept";
    let at = NAMES.iter().position(|name| *name == word || short && name.starts_with(word))?;
    i8::try_from(at + 1).ok()
}

/// Without brackets, quotes and marks around the word; a dot inside stays.
fn trimmed(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}
