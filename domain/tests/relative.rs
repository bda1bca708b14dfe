//! Dates that a memory's words mean, and their fit to dates in a query.

use domain::recall::dated::signal;
use domain::text::dates::{SaidDate, civil, dates, day_number};
use domain::text::relative::{ResolvedDate, resolved};
use proptest::prelude::*;

/// A Wednesday.
const SAID_ON: Option<(i16, i8, i8)> = Some((2023, 5, 10));

fn means(text: &str) -> Vec<String> {
    resolved(text, SAID_ON).into_iter().map(shown).collect()
}

fn shown(date: ResolvedDate) -> String {
    let written = |day| {
        let (year, month, day) = civil(day);
        format!("{year}-{month:02}-{day:02}")
    };
    if date.days == 1 { written(date.first) } else { format!("{}/{}", written(date.first), written(date.last())) }
}

#[test]
fn words_mean_days() {
    for (text, date) in [
        ("I went yesterday", "2023-05-09"),
        ("Yesterday’s talk", "2023-05-09"),
        ("today", "2023-05-10"),
        ("See you tonight!", "2023-05-10"),
        ("tomorrow", "2023-05-11"),
        ("the day before yesterday", "2023-05-08"),
        ("the day after tomorrow", "2023-05-12"),
        ("last night", "2023-05-09"),
        ("this morning", "2023-05-10"),
        ("last Friday", "2023-05-05"),
        ("last Wednesday", "2023-05-03"),
        ("next Friday", "2023-05-12"),
        ("this Monday", "2023-05-08"),
        ("on Friday", "2023-05-05"),
        ("We'll meet on Friday.", "2023-05-12"),
        ("on Tuesday", "2023-05-09"),
        ("3 days ago", "2023-05-07"),
        ("ten days ago", "2023-04-30"),
        ("a couple of days ago", "2023-05-08"),
        ("on 8 June", "2023-06-08"),
        ("on December 30", "2022-12-30"),
        ("last May 8, 2022", "2022-05-08"),
        ("this May 8", "2023-05-08"),
        ("on 2021-02-03", "2021-02-03"),
    ] {
        assert_eq!(means(text), [date], "{text}");
    }
}

#[test]
fn words_mean_spans() {
    for (text, date) in [
        ("last week", "2023-05-01/2023-05-07"),
        ("this week", "2023-05-08/2023-05-14"),
        ("next week", "2023-05-15/2023-05-21"),
        ("last weekend", "2023-05-06/2023-05-07"),
        ("over the weekend", "2023-05-06/2023-05-07"),
        ("next weekend", "2023-05-20/2023-05-21"),
        ("last month", "2023-04-01/2023-04-30"),
        ("next year", "2024-01-01/2024-12-31"),
        ("last summer", "2022-06-01/2022-08-31"),
        ("this summer", "2023-06-01/2023-08-31"),
        ("last winter", "2022-12-01/2023-02-28"),
        ("next spring", "2024-03-01/2024-05-31"),
        ("in the summer of 2021", "2021-06-01/2021-08-31"),
        ("a few days ago", "2023-05-05/2023-05-08"),
        ("a week ago", "2023-04-30/2023-05-06"),
        ("two weeks ago", "2023-04-23/2023-04-29"),
        ("6 months ago", "2022-11-01/2022-11-30"),
        ("a year ago", "2022-01-01/2022-12-31"),
        ("few years ago", "2019-01-01/2021-12-31"),
        ("last May", "2022-05-01/2022-05-31"),
        ("in May", "2023-05-01/2023-05-31"),
        ("next May", "2024-05-01/2024-05-31"),
        ("this June", "2023-06-01/2023-06-30"),
        ("last June", "2022-06-01/2022-06-30"),
        ("in June", "2022-06-01/2022-06-30"),
        ("We will go in June", "2023-06-01/2023-06-30"),
        ("in March", "2023-03-01/2023-03-31"),
        ("back in 2019", "2019-01-01/2019-12-31"),
        ("May 2022", "2022-05-01/2022-05-31"),
    ] {
        assert_eq!(means(text), [date], "{text}");
    }
}

#[test]
fn other_words_mean_no_day() {
    for text in
        ["long ago", "every Friday", "at last", "next door", "this thing", "the week", "may I", "a few days", "no"]
    {
        assert_eq!(means(text), [""; 0], "{text}");
    }
}

#[test]
fn a_text_means_each_date_once() {
    assert_eq!(means("today, today and yesterday, May 10, 2023"), ["2023-05-09", "2023-05-10"]);
}

#[test]
fn without_a_day_only_years_tell() {
    let found = resolved("yesterday, last week, in June, on 8 May, on 8 May 2022 and in 2019", None);
    assert_eq!(found.into_iter().map(shown).collect::<Vec<_>>(), ["2019-01-01/2019-12-31", "2022-05-08"]);
}

#[test]
fn the_coarser_date_decides_the_fit() {
    let fit = |query: &str, memory: &str| signal(&dates(query), &resolved(memory, SAID_ON));
    for (query, memory, value) in [
        ("on 9 May 2023", "yesterday", 1.0),
        ("on 9 May", "yesterday", 1.0),
        ("on 13 May 2023", "yesterday", 0.6),
        ("on 29 May 2023", "yesterday", 0.3),
        ("on 30 May 2023", "yesterday", 0.0),
        ("on 9 May 2022", "yesterday", 0.0),
        ("on 3 May 2023", "last week", 0.6),
        ("on 12 May 2023", "last week", 0.3),
        ("on 8 April 2023", "last month", 0.7),
        ("on 8 May 2023", "last month", 0.0),
        ("on 8 May 2022", "last year", 0.5),
        ("in May 2023", "yesterday", 0.7),
        ("in May", "yesterday", 0.7),
        ("in June 2023", "yesterday", 0.0),
        ("in April 2023", "last month", 0.7),
        ("in July 2022", "last summer", 0.5),
        ("in 2023", "yesterday", 0.5),
        ("in 2022", "yesterday", 0.0),
        ("in December", "on 31 December 2021", 0.7),
        ("on 1 January", "on 31 December 2021", 0.6),
        ("in May 2023", "nothing", 0.0),
        ("whenever", "yesterday", 0.0),
        ("in 2022 or on 9 May 2023", "a year ago, yesterday", 1.0),
    ] {
        assert_eq!(fit(query, memory), value, "{query} / {memory}");
    }
}

proptest! {
    #[test]
    fn no_text_and_no_day_is_too_odd(
        text in "(last|next|this|[0-9]{1,3}|few|years|ago|may|[0-9]{4}|winter|friday|\\PC{0,3}| ){0,12}",
        year in 1i16..=9999, month in 1i8..=12, day in 1i8..=28, query in "[0-9a-z ]{0,20}"
    ) {
        for date in resolved(&text, Some((year, month, day))) {
            prop_assert!(date.days > 0);
            prop_assert!((0.0..=1.0).contains(&signal(&dates(&query), &[date])));
            prop_assert_eq!(signal(&[SaidDate::Day { year: None, month: 1, day: 1 }], &[date]) > 1.0, false);
        }
    }

    #[test]
    fn a_day_number_is_read_back(year in 1i16..=9999, month in 1i8..=12, day in 1i8..=28) {
        prop_assert_eq!(civil(day_number(year, month, day)), (i32::from(year), month, day));
    }
}
