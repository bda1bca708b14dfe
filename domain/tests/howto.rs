//! Sentences of manual pages and READMEs, read by the grammar of plain sentences and compared with what a reader would note.
//!
//! `howto/developing.tsv` and `howto/held_out.tsv` hold 50 sentences each, chosen by `howto/choose.py`: source, sentence, and the
//! steps that a reader would note, ` | ` between them. `a < b`: a is done or so before b; `a => b`: by doing a, b is done.

use std::collections::BTreeSet;

use domain::plan::sentences::{Phrase, Told, read};

struct Row {
    sentence: &'static str,
    right: BTreeSet<String>,
}

#[derive(Default)]
struct Count {
    sentences: usize,
    /// Sentences in which a reader would note a step.
    telling: usize,
    /// Sentences in which the grammar reads a step.
    read: usize,
    derived: usize,
    right: usize,
}

fn rows(table: &'static str) -> Vec<Row> {
    table
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let mut cells = line.split('\t').skip(1);
            let sentence = cells.next().expect("a sentence");
            let right = cells.next().unwrap_or_default().split(" | ").map(str::trim).filter(|one| !one.is_empty());
            Row { sentence, right: right.map(str::to_owned).collect() }
        })
        .collect()
}

fn steps(told: &Told) -> Vec<String> {
    let name = |phrase: &Phrase| phrase.act.clone().unwrap_or_else(|| phrase.words.clone());
    match told {
        Told::Requires { act, needs } => needs.iter().map(|need| format!("{} < {}", name(need), name(act))).collect(),
        Told::Sequence { goal, steps } => {
            let mut all: Vec<String> =
                steps.windows(2).map(|pair| format!("{} < {}", name(&pair[0]), name(&pair[1]))).collect();
            if let (Some(goal), Some(last)) = (goal, steps.last()) {
                all.push(format!("{} => {}", name(last), name(goal)));
            }
            all
        }
    }
}

fn count(rows: &[Row]) -> Count {
    let mut count = Count { sentences: rows.len(), ..Count::default() };
    for row in rows {
        let derived: Vec<String> = read(row.sentence).iter().flat_map(|reading| steps(&reading.told)).collect();
        count.telling += usize::from(!row.right.is_empty());
        count.read += usize::from(!derived.is_empty());
        count.derived += derived.len();
        for step in derived {
            match row.right.contains(&step) {
                true => count.right += 1,
                false => println!("  not right: {step}\n      from: {}", row.sentence),
            }
        }
    }
    count
}

fn report(name: &str, count: &Count) {
    let Count { sentences, telling, read, derived, right } = count;
    println!(
        "{name}: {sentences} sentences, {telling} tell a step, {read} read; {derived} steps derived, {right} right"
    );
}

#[test]
fn of_the_steps_derived_from_manual_pages_and_readmes_nineteen_in_twenty_are_right() {
    let developing = count(&rows(include_str!("howto/developing.tsv")));
    let held_out = count(&rows(include_str!("howto/held_out.tsv")));
    report("developing", &developing);
    report("held out", &held_out);
    assert_eq!(developing.sentences + held_out.sentences, 100);
    for half in [&developing, &held_out] {
        assert!(half.right as f64 >= 0.95 * half.derived as f64);
        assert!(half.derived > 0);
    }
}
