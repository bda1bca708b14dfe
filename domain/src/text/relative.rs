//! The dates that a text means by the day on which it was said: "yesterday", "last week", "two years ago", "in May".

mod calendar;

use crate::text::dates::{SaidDate, date_at, date_words, day_number, year};
use calendar::{Calendar, Season, Which};

/// The days that an expression means. The more of them, the less precise it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResolvedDate {
    /// The first of them, by [`day_number`].
    pub first: i32,
    /// How many, at least 1: a day 1, a week 7, a month 28 to 31, a season 90 to 92, a year 365 or 366.
    pub days: u16,
}

impl ResolvedDate {
    /// The last of the days.
    pub fn last(self) -> i32 {
        self.first + i32::from(self.days) - 1
    }

    /// From the first to the last day; `None` for an empty span or one that is too long.
    fn between(first: i32, last: i32) -> Option<Self> {
        let days = u16::try_from(last - first + 1).ok().filter(|&days| days > 0)?;
        Some(Self { first, days })
    }
}

/// Words that put a weekday or month after them into the future, if not more than this many words before it.
const FUTURE_REACHES: usize = 8;

/// The dates that the words of a text mean, in ascending order, each once; `said_on` is the year, month and day on which
/// it was said. Without it only dates count that have a year.
pub fn resolved(text: &str, said_on: Option<(i16, i8, i8)>) -> Vec<ResolvedDate> {
    let lower = text.to_lowercase().replace('’', "'");
    let words: Vec<&str> = date_words(&lower).into_iter().map(|word| word.strip_suffix("'s").unwrap_or(word)).collect();
    let calendar = said_on.map(|(year, month, day)| Calendar::new(day_number(year, month, day)));
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let reading = Reading { words: &words[at..], before: &words[..at] };
        let date = calendar.as_ref().and_then(|calendar| reading.relative(calendar)).map(|(date, n)| (Some(date), n));
        match date.or_else(|| reading.explicit(calendar.as_ref())) {
            Some((date, length)) => {
                found.extend(date);
                at += length;
            }
            None => at += 1,
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// A place in a text: the words from there on, and those before.
struct Reading<'a> {
    words: &'a [&'a str],
    before: &'a [&'a str],
}

impl Reading<'_> {
    fn word(&self, at: usize) -> &str {
        self.words.get(at).copied().unwrap_or_default()
    }

    /// A date in so many words; the year that is not said is chosen by the day on which the text was.
    fn explicit(&self, calendar: Option<&Calendar>) -> Option<(Option<ResolvedDate>, usize)> {
        if let Some(summer) = self.season_of_year() {
            return Some(summer);
        }
        let (date, length) = date_at(self.words, self.before.last().copied())?;
        let date = match date {
            SaidDate::Year(year) => Calendar::year(i32::from(year)),
            SaidDate::Month { year: Some(year), month } => Calendar::month(i32::from(year), month),
            SaidDate::Month { year: None, month } => {
                calendar.and_then(|on| on.a_month(self.which_month(on, month), month))
            }
            SaidDate::Day { year: Some(year), month, day } => Calendar::day(year, month, day),
            SaidDate::Day { year: None, month, day } => calendar.and_then(|on| on.nearest(month, day)),
        };
        Some((date, length))
    }

    /// "summer 2021", "winter of 2020".
    fn season_of_year(&self) -> Option<(Option<ResolvedDate>, usize)> {
        let season = Season::named(self.word(0))?;
        let of = usize::from(self.word(1) == "of");
        let year = year(self.word(1 + of))?;
        Some((season.of(i32::from(year)), 2 + of))
    }

    /// A date by the day on which it was said, and how many words it takes.
    fn relative(&self, on: &Calendar) -> Option<(ResolvedDate, usize)> {
        let day = |days: i32, length| Some((on.days_from(days, 1)?, length));
        match (self.word(0), self.word(1), self.word(2)) {
            ("day", "before", "yesterday") => day(-2, 3),
            ("day", "after", "tomorrow") => day(2, 3),
            ("yesterday", ..) => day(-1, 1),
            ("today" | "tonight", ..) => day(0, 1),
            ("tomorrow", ..) => day(1, 1),
            ("last", "night" | "evening", _) => day(-1, 2),
            ("this", "morning" | "afternoon" | "evening", _) => day(0, 2),
            ("last" | "previous", ..) => Some((self.span(on, Which::Last)?, 2)),
            ("next", ..) => Some((self.span(on, Which::Next)?, 2)),
            ("this", ..) => Some((self.span(on, Which::This)?, 2)),
            ("weekend", ..) if self.before.last() == Some(&"the") => Some((on.weekend(self.which())?, 1)),
            _ => self.ago(on).or_else(|| self.weekday(on)),
        }
    }

    /// What follows "last", "next" or "this".
    fn span(&self, on: &Calendar, which: Which) -> Option<ResolvedDate> {
        match self.word(1) {
            "week" => on.week(which),
            "weekend" => on.weekend(which),
            "month" => on.months(which.step(), 1),
            "year" => Calendar::year(on.year_said() + which.step()),
            word => Season::named(word)
                .and_then(|season| on.season(which, season))
                .or_else(|| on.weekday(which, weekday(word)?))
                .or_else(|| self.month_after(on, which)),
        }
    }

    /// The month that follows, unless a day or a year is said with it.
    fn month_after(&self, on: &Calendar, which: Which) -> Option<ResolvedDate> {
        match date_at(self.words.get(1..)?, self.words.first().copied())?.0 {
            SaidDate::Month { year: None, month } => on.a_month(which, month),
            _ => None,
        }
    }

    /// A weekday alone: the last one, unless what was said before is about the future.
    fn weekday(&self, on: &Calendar) -> Option<(ResolvedDate, usize)> {
        let habit = matches!(self.before.last(), Some(&("every" | "each" | "any" | "most")));
        let day = weekday(self.word(0)).filter(|_| !habit)?;
        Some((on.weekday(self.which(), day)?, 1))
    }

    /// Whether the past or the future is spoken of.
    fn which(&self) -> Which {
        let near = &self.before[self.before.len().saturating_sub(FUTURE_REACHES)..];
        let future = |word: &&str| {
            matches!(*word, "will" | "won't" | "gonna" | "upcoming" | "coming" | "next" | "until" | "till" | "by")
                || matches!(*word, "plan" | "plans" | "planning" | "going" | "tomorrow" | "let" | "shall" | "scheduled")
                || word.ends_with("'ll")
        };
        if near.iter().any(future) { Which::Next } else { Which::Last }
    }

    /// In May "in May" is this May.
    fn which_month(&self, on: &Calendar, month: i8) -> Which {
        if month == on.month_said() { Which::This } else { self.which() }
    }

    /// "3 days ago", "a week ago", "a couple of months ago".
    fn ago(&self, on: &Calendar) -> Option<(ResolvedDate, usize)> {
        let (count, unclear) = amount(self.word(0))?;
        let of = usize::from(self.word(1) == "of");
        let (unit, ago) = (self.word(1 + of), self.word(2 + of));
        if ago != "ago" {
            return None;
        }
        let spread = i32::from(unclear);
        let date = match unit {
            "day" | "days" => on.days_from(-count - 2 * spread, 1 + 3 * spread),
            "week" | "weeks" => on.days_from(-7 * count - 3 - 4 * spread, 7 + 8 * spread),
            "month" | "months" => on.months(-count - spread, 1 + 2 * spread),
            "year" | "years" => {
                let year = on.year_said() - count;
                ResolvedDate::between(Calendar::year(year - spread)?.first, Calendar::year(year + spread)?.last())
            }
            _ => None,
        };
        Some((date?, 3 + of))
    }
}

/// How many, and whether that is only roughly so.
fn amount(word: &str) -> Option<(i32, bool)> {
    const NUMBERS: [&str; 12] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let exact = match word {
        "a" | "an" => 1,
        "couple" => 2,
        "few" => return Some((3, true)),
        "several" => return Some((4, true)),
        digits if digits.len() <= 3 && digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok()?,
        word => i32::try_from(NUMBERS.iter().position(|number| *number == word)? + 1).ok()?,
    };
    Some((exact, false))
}

/// Days since Monday.
fn weekday(word: &str) -> Option<i32> {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let at = NAMES.iter().position(|name| *name == word)?;
    i32::try_from(at).ok()
}
