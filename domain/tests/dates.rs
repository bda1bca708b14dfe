//! Dates in texts, and their nearness to days.

use domain::recall::date;
use domain::text::dates::{SaidDate, dates, day_number};
use proptest::prelude::*;

fn day(year: impl Into<Option<i16>>, month: i8, day: i8) -> SaidDate {
    SaidDate::Day { year: year.into(), month, day }
}

fn month(year: impl Into<Option<i16>>, month: i8) -> SaidDate {
    SaidDate::Month { year: year.into(), month }
}

#[test]
fn a_day_is_read_however_it_is_written() {
    for text in [
        "on 8 May 2023?",
        "8 May, 2023",
        "May 8, 2023",
        "may 8th 2023",
        "the 8th of May 2023",
        "2023-05-08",
        "2023/5/8",
        "8.5.2023",
        "MAY 8, 2023.",
        "2023-05-08T12:00:00Z",
        "8 May 2023's party",
    ] {
        assert_eq!(dates(text), [day(2023, 5, 8)], "{text}");
    }
}

#[test]
fn a_day_without_a_year_is_that_of_any_year() {
    assert_eq!(dates("What happened on 8 May?"), [day(None, 5, 8)]);
    assert_eq!(dates("on Feb 29"), [day(None, 2, 29)]);
}

#[test]
fn months_and_years_are_read() {
    assert_eq!(dates("in May 2023"), [month(2023, 5)]);
    assert_eq!(dates("May of 2023, Sept. 2022"), [month(2023, 5), month(2022, 9)]);
    assert_eq!(dates("in june or July"), [month(None, 6), month(None, 7)]);
    assert_eq!(dates("in 2023"), [SaidDate::Year(2023)]);
    assert_eq!(dates("2023-05"), [month(2023, 5)]);
}

#[test]
fn verbs_names_and_numbers_are_no_dates() {
    assert_eq!(dates("may I march with April and June, 12.5 or 20234 of E2023"), []);
}

#[test]
fn a_day_that_no_calendar_has_is_none() {
    assert_eq!(dates("2023-02-31 or 31.2.2023"), []);
    assert_eq!(dates("29 February 2023"), [month(2023, 2)]);
}

#[test]
fn nearness_falls_over_a_week() {
    let said = [day(2023, 5, 8)];
    assert_eq!(date::signal(&said, (2023, 5, 8)), 1.0);
    assert!((date::signal(&said, (2023, 5, 7)) - 0.6).abs() < 1e-6);
    assert_eq!(date::signal(&said, (2023, 5, 15)), 0.0);
}

#[test]
fn a_year_end_is_no_gap_for_a_day_without_year() {
    assert!(date::signal(&[day(None, 1, 1)], (2022, 12, 31)) > 0.5);
}

#[test]
fn the_nearest_date_counts() {
    assert_eq!(date::signal(&[SaidDate::Year(2023), month(None, 5)], (2023, 5, 9)), 0.6);
    assert_eq!(date::signal(&[SaidDate::Year(2023), month(None, 5)], (2023, 6, 9)), 0.1);
}

proptest! {
    #[test]
    fn no_text_is_too_odd(text in any::<String>()) {
        dates(&text);
    }

    #[test]
    fn a_written_day_is_read_back(year in 1900i16..2100, month in 1i8..13, of_month in 1i8..29) {
        prop_assert_eq!(dates(&format!("at {year}-{month:02}-{of_month:02}!")), [day(year, month, of_month)]);
    }

    #[test]
    fn days_are_counted_like_the_calendar_does(year in 1i16..9998, month in 1i8..13, of_month in 1i8..29) {
        let date = jiff::civil::date(year, month, of_month);
        let next = date.tomorrow().unwrap();
        let step = day_number(next.year(), next.month(), next.day()) - day_number(year, month, of_month);
        prop_assert_eq!(step, 1);
    }
}
