//! Days, weeks, months, seasons and years around the day on which something was said.

use super::ResolvedDate;
use crate::text::dates::{civil, day_number};

/// Which one is meant of those that come round again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// The latest that is over.
    Last,
    /// That of now.
    This,
    /// The first to come.
    Next,
}

impl Which {
    /// -1, 0 or 1.
    pub(super) fn step(self) -> i32 {
        match self {
            Self::Last => -1,
            Self::This => 0,
            Self::Next => 1,
        }
    }
}

/// A season of the north, by whole months.
#[derive(Debug, Clone, Copy)]
pub(super) struct Season {
    /// The month that it begins with.
    month: i32,
}

impl Season {
    pub(super) fn named(word: &str) -> Option<Self> {
        let month = match word {
            "spring" => 3,
            "summer" => 6,
            "autumn" | "fall" => 9,
            "winter" => 12,
            _ => return None,
        };
        Some(Self { month })
    }

    /// That which begins in this year.
    pub(super) fn of(self, year: i32) -> Option<ResolvedDate> {
        Calendar::month_span(year * 12 + self.month - 1, 3)
    }
}

/// The calendar as seen from one day.
#[derive(Debug)]
pub(super) struct Calendar {
    day: i32,
    year: i32,
    month: i8,
}

impl Calendar {
    pub(super) fn new(day: i32) -> Self {
        let (year, month, _) = civil(day);
        Self { day, year, month }
    }

    pub(super) fn year_said(&self) -> i32 {
        self.year
    }

    pub(super) fn month_said(&self) -> i8 {
        self.month
    }

    pub(super) fn day(year: i16, month: i8, day: i8) -> Option<ResolvedDate> {
        Some(ResolvedDate { first: day_number(year, month, day), days: 1 })
    }

    pub(super) fn month(year: i32, month: i8) -> Option<ResolvedDate> {
        Self::month_span(year * 12 + i32::from(month) - 1, 1)
    }

    pub(super) fn year(year: i32) -> Option<ResolvedDate> {
        Self::month_span(year * 12, 12)
    }

    /// `count` months; months are numbered from January of the year 0.
    fn month_span(from: i32, count: i32) -> Option<ResolvedDate> {
        ResolvedDate::between(first_of(from)?, first_of(from + count)? - 1)
    }

    /// `count` days, beginning so many days from now.
    pub(super) fn days_from(&self, from: i32, count: i32) -> Option<ResolvedDate> {
        ResolvedDate::between(self.day + from, self.day + from + count - 1)
    }

    /// `count` months, beginning so many months from now.
    pub(super) fn months(&self, from: i32, count: i32) -> Option<ResolvedDate> {
        Self::month_span(self.this_month() + from, count)
    }

    /// Monday to Sunday.
    pub(super) fn week(&self, which: Which) -> Option<ResolvedDate> {
        self.days_from(7 * which.step() - self.weekday_said(), 7)
    }

    /// Saturday and Sunday.
    pub(super) fn weekend(&self, which: Which) -> Option<ResolvedDate> {
        self.days_from(7 * which.step() + 5 - self.weekday_said(), 2)
    }

    /// A weekday, in days since Monday: the last before today, that of this week, or the first after today.
    pub(super) fn weekday(&self, which: Which, weekday: i32) -> Option<ResolvedDate> {
        let ahead = (weekday - self.weekday_said() - 1).rem_euclid(7) + 1;
        match which {
            Which::Last => self.days_from((weekday - self.weekday_said()).rem_euclid(7) - 7, 1),
            Which::This => self.days_from(weekday - self.weekday_said(), 1),
            Which::Next => self.days_from(ahead, 1),
        }
    }

    /// A month by name: the latest that is over, that of this year, or the first to come.
    pub(super) fn a_month(&self, which: Which, month: i8) -> Option<ResolvedDate> {
        let year = match which {
            Which::Last => self.year - i32::from(month >= self.month),
            Which::This => self.year,
            Which::Next => self.year + i32::from(month <= self.month),
        };
        Self::month(year, month)
    }

    /// The latest season of that name which is over, the nearest, or the first that begins after today.
    pub(super) fn season(&self, which: Which, season: Season) -> Option<ResolvedDate> {
        let near = [self.year - 2, self.year - 1, self.year, self.year + 1];
        let mut near = near.into_iter().filter_map(|year| season.of(year));
        match which {
            Which::Last => near.rfind(|season| season.last() < self.day),
            Which::This => near.min_by_key(|season| distance(*season, self.day)),
            Which::Next => near.find(|season| season.first > self.day),
        }
    }

    /// That day of the year which is nearest to today.
    pub(super) fn nearest(&self, month: i8, day: i8) -> Option<ResolvedDate> {
        let years = (self.year - 1..=self.year + 1).filter_map(|year| i16::try_from(year).ok());
        let days = years.filter_map(|year| Self::day(year, month, day));
        days.min_by_key(|date| distance(*date, self.day))
    }

    fn this_month(&self) -> i32 {
        self.year * 12 + i32::from(self.month) - 1
    }

    /// Days since Monday; day number 0 was a Wednesday.
    fn weekday_said(&self) -> i32 {
        (self.day + 2).rem_euclid(7)
    }
}

/// The first day of a month, numbered from January of the year 0.
fn first_of(month: i32) -> Option<i32> {
    let year = i16::try_from(month.div_euclid(12)).ok()?;
    let month = i8::try_from(month.rem_euclid(12) + 1).ok()?;
    Some(day_number(year, month, 1))
}

/// Days between a day and the nearest of those meant.
fn distance(date: ResolvedDate, day: i32) -> i32 {
    (date.first - day).max(day - date.last()).max(0)
}
