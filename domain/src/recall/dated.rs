//! The signal of dates that a memory speaks of: the query's dates against what the memory's words mean.

use crate::text::dates::{SaidDate, civil, day_number};
use crate::text::relative::ResolvedDate;

/// How well the best pair of a date said in the query and a date that the memory means fits, 0 to 1.
///
/// By the coarser of the two: a year .5, a month .7 if they overlap; a day 1 if it is the same, else .6 within four days;
/// a week .6 if they overlap; either .3 within twenty days. A day or month that the query says without a year is that of
/// any year.
pub fn signal(said: &[SaidDate], means: &[ResolvedDate]) -> f32 {
    let pairs = said.iter().flat_map(|&said| means.iter().map(move |&means| nearness(said, means)));
    pairs.fold(0.0, f32::max)
}

fn nearness(said: SaidDate, means: ResolvedDate) -> f32 {
    let (year, ..) = civil(means.first);
    let any_year = (year - 1..=year + 1).filter_map(|year| i16::try_from(year).ok());
    match said {
        SaidDate::Day { year: Some(year), month, day } => fit(of_day(year, month, day), means),
        SaidDate::Month { year: Some(year), month } => fit(of_month(year, month), means),
        SaidDate::Year(year) => fit((day_number(year, 1, 1), day_number(year, 12, 31)), means),
        SaidDate::Day { year: None, month, day } => {
            any_year.map(|year| fit(of_day(year, month, day), means)).fold(0.0, f32::max)
        }
        SaidDate::Month { year: None, month } => {
            any_year.map(|year| fit(of_month(year, month), means)).fold(0.0, f32::max)
        }
    }
}

fn of_day(year: i16, month: i8, day: i8) -> (i32, i32) {
    let number = day_number(year, month, day);
    (number, number)
}

fn of_month(year: i16, month: i8) -> (i32, i32) {
    let next = if month == 12 { day_number(year.saturating_add(1), 1, 1) } else { day_number(year, month + 1, 1) };
    (day_number(year, month, 1), next - 1)
}

fn fit((first, last): (i32, i32), means: ResolvedDate) -> f32 {
    let apart = (means.first - last).max(first - means.last()).max(0);
    match (i32::from(means.days).max(last - first + 1), apart) {
        (1, 0) => 1.0,
        (1, ..=4) | (2..=7, 0) => 0.6,
        (1..=7, ..=20) => 0.3,
        (8..=31, 0) => 0.7,
        (32.., 0) => 0.5,
        _ => 0.0,
    }
}
