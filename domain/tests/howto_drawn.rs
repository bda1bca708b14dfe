//! Sentences and lists drawn by `howto/draw.py`, each time from texts that the grammar had not been developed on, and judged by hand:
//! every step that was derived then, and every one that is derived now.
//!
//! A line of `howto/drawn_N.tsv`: source, text, steps that are right, steps that are wrong, ` | ` between them. `a < b`: a is
//! done or so before b; `a => b`: by doing a, b is done. What was derived wrongly of the first four was mended before the next
//! drawing, where that is possible without guessing; the fifth was judged after the last change of the grammar. The figures of
//! the day of each drawing stand in `docs/planning.md`, those of today are printed here.

use std::collections::BTreeSet;

use domain::plan::sentences::{Phrase, Told, read};

struct Row {
    text: String,
    right: BTreeSet<&'static str>,
    wrong: BTreeSet<&'static str>,
}

fn rows(table: &'static str) -> Vec<Row> {
    let steps = |cell: Option<&'static str>| {
        cell.unwrap_or_default().split(" | ").map(str::trim).filter(|step| !step.is_empty()).collect()
    };
    let row = |line: &'static str| {
        let mut cells = line.split('\t').skip(1);
        let text = cells.next().expect("a text").replace("\\n", "\n");
        Row { text, right: steps(cells.next()), wrong: steps(cells.next()) }
    };
    table.lines().map(row).collect()
}

fn steps(told: &Told) -> Vec<String> {
    let name = |phrase: &Phrase| phrase.act.clone().unwrap_or_else(|| phrase.words.clone());
    match told {
        Told::Requires { act, needs } => needs.iter().map(|need| format!("{} < {}", name(need), name(act))).collect(),
        Told::Sequence { goal, steps } => {
            let one_after_the_other = steps.windows(2).map(|pair| format!("{} < {}", name(&pair[0]), name(&pair[1])));
            let reached = goal.iter().zip(steps.last()).map(|(goal, last)| format!("{} => {}", name(last), name(goal)));
            one_after_the_other.chain(reached).collect()
        }
    }
}

/// Texts read, steps derived, steps right.
fn count(name: &str, rows: &[Row]) -> (usize, usize, usize) {
    let (mut texts, mut derived, mut right) = (0, 0, 0);
    for row in rows {
        let all: Vec<String> = read(&row.text).iter().flat_map(|reading| steps(&reading.told)).collect();
        texts += usize::from(!all.is_empty());
        for step in all {
            derived += 1;
            if row.right.contains(step.as_str()) {
                right += 1;
            } else {
                assert!(row.wrong.contains(step.as_str()), "not judged: {step}\n    of: {}", row.text);
                println!("wrong: {step}");
            }
        }
    }
    println!("{name}: {texts} of {} texts read, {derived} steps derived, {right} right", rows.len());
    (texts, derived, right)
}

#[test]
fn of_the_steps_derived_from_texts_drawn_and_judged_nineteen_in_twenty_are_right() {
    for (name, table, read, least) in [
        ("Markdown, first", include_str!("howto/drawn_1.tsv"), 90, 0.95),
        ("Markdown, second", include_str!("howto/drawn_2.tsv"), 95, 0.95),
        ("documentation comments", include_str!("howto/drawn_3.tsv"), 75, 0.95),
        ("comments of code", include_str!("howto/drawn_4.tsv"), 45, 0.9),
        ("Markdown and documentation comments, held out", include_str!("howto/drawn_5.tsv"), 155, 0.95),
    ] {
        let (texts, derived, right) = count(name, &rows(table));
        assert!(texts >= read && right as f64 >= least * derived as f64, "{name}: {texts}, {right} of {derived}");
    }
}
