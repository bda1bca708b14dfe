//! The date signal: a date said in the query against the day on which a memory happened.

use crate::text::dates::{SaidDate, day_number};

/// Nearness of the nearest date said to the day `(year, month, day)`, 0 to 1.
///
/// Same day 1, otherwise .7 falling to 0 over a week; same month .6; same year .1. A day or month without a year is that
/// of any year.
pub fn signal(said: &[SaidDate], day: (i16, i8, i8)) -> f32 {
    said.iter().map(|date| nearness(*date, day)).fold(0.0, f32::max)
}

fn nearness(said: SaidDate, (year, month, day): (i16, i8, i8)) -> f32 {
    match said {
        SaidDate::Day { year: Some(y), month: m, day: d } => {
            by_days(day_number(y, m, d) - day_number(year, month, day))
        }
        SaidDate::Day { year: None, month: m, day: d } => {
            let here = day_number(year, month, day);
            (year - 1..=year + 1).map(|y| by_days(day_number(y, m, d) - here)).fold(0.0, f32::max)
        }
        SaidDate::Month { year: y, month: m } if m == month && y.is_none_or(|y| y == year) => 0.6,
        SaidDate::Year(y) if y == year => 0.1,
        SaidDate::Month { .. } | SaidDate::Year(_) => 0.0,
    }
}

fn by_days(days: i32) -> f32 {
    match days.unsigned_abs() {
        0 => 1.0,
        days => 0.7 * (1.0 - days as f32 / 7.0).max(0.0),
    }
}
