//! A text in the pieces that are read: sentences, sentences that go on from one another, and lists with their heading.

use super::span::Span;

/// A piece of a text.
#[derive(Debug)]
pub(super) enum Unit<'a> {
    /// A sentence.
    Sentence(Span<'a>),
    /// Sentences of which the first says "first" and the others "then", "next", "finally".
    Run(Vec<Span<'a>>),
    /// Items, and the line before them if it ends in a colon.
    List { heading: Option<Span<'a>>, items: Vec<Span<'a>>, numbered: bool },
}

/// How a sentence begins that goes on from the one before.
const GOING_ON: [&str; 8] = ["then", "next", "finally", "second", "secondly", "third", "lastly", "after that"];

/// The pieces of a text in reading order.
pub(super) fn units<'a>(text: &'a str, whole: Span<'a>) -> Vec<Unit<'a>> {
    let mut pieces = Pieces { whole, units: Vec::new(), prose: None, items: Vec::new(), numbered: false };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        pieces.take(line, at);
        at += line.len();
    }
    pieces.end_list();
    pieces.end_prose();
    pieces.units
}

struct Pieces<'a> {
    whole: Span<'a>,
    units: Vec<Unit<'a>>,
    prose: Option<(usize, usize)>,
    items: Vec<(usize, usize)>,
    numbered: bool,
}

impl<'a> Pieces<'a> {
    fn take(&mut self, line: &str, at: usize) {
        let end = at + line.len();
        let blank = line.trim().is_empty();
        if let Some((mark, numbered)) = marker(line) {
            if self.items.is_empty() {
                self.numbered = numbered;
            }
            self.items.push((at + mark, end));
        } else if let Some(item) = self.items.last_mut().filter(|_| !blank && line.starts_with([' ', '\t'])) {
            item.1 = end;
        } else if !blank {
            self.end_list();
            self.prose = Some((self.prose.map_or(at, |prose| prose.0), end));
        } else if self.items.is_empty() && !line.is_empty() {
            let headed = self.prose.is_some_and(|(from, to)| self.whole.cut(from, to).mask().trim_end().ends_with(':'));
            if !headed {
                self.end_prose();
            }
        }
    }

    fn end_list(&mut self) {
        if self.items.is_empty() {
            return;
        }
        let items = std::mem::take(&mut self.items);
        let items = items.into_iter().map(|(from, to)| first_sentence(self.whole.cut(from, to))).collect();
        self.end_prose();
        let headed = matches!(self.units.last(), Some(Unit::Sentence(last)) if last.mask().trim_end().ends_with(':'));
        let heading = match if headed { self.units.pop() } else { None } {
            Some(Unit::Sentence(heading)) => Some(heading),
            _ => None,
        };
        self.units.push(Unit::List { heading, items, numbered: self.numbered });
    }

    fn end_prose(&mut self) {
        let Some((from, to)) = self.prose.take() else { return };
        let mut run: Vec<Span<'a>> = Vec::new();
        for sentence in sentences(self.whole.cut(from, to)) {
            let goes_on = GOING_ON.iter().any(|word| sentence.trim().after(word).is_some());
            if !goes_on || !run.first().is_some_and(|first| first.has_any(&["first", "firstly"])) {
                self.push_run(std::mem::take(&mut run));
            }
            run.push(sentence);
        }
        self.push_run(run);
    }

    fn push_run(&mut self, mut run: Vec<Span<'a>>) {
        match run.len() {
            0 => {}
            1 => self.units.extend(run.pop().map(Unit::Sentence)),
            _ => self.units.push(Unit::Run(run)),
        }
    }
}

/// Bytes of the mark that a list item begins with, and whether it is a number.
fn marker(line: &str) -> Option<(usize, bool)> {
    let item = line.trim_start();
    let indent = line.len() - item.len();
    let digits = item.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=3).contains(&digits) && item[digits..].starts_with(['.', ')']) && item[digits + 1..].starts_with(' ') {
        return Some((indent + digits + 2, true));
    }
    let bullet = item.chars().next().filter(|c| matches!(c, '-' | '*' | '•'))?.len_utf8();
    item[bullet..].starts_with(' ').then_some((indent + bullet + 1, false))
}

fn first_sentence(item: Span<'_>) -> Span<'_> {
    sentences(item).next().unwrap_or(item)
}

/// Sentences end at `.`, `!` or `?` before white space, outside quotations.
fn sentences(prose: Span<'_>) -> impl Iterator<Item = Span<'_>> {
    let mask = prose.mask();
    let mut from = 0;
    std::iter::from_fn(move || {
        while from < mask.len() {
            let rest = &mask[from..];
            let ends = |at: usize| rest[at + 1..].chars().next().is_none_or(char::is_whitespace);
            let end = rest
                .match_indices(['.', '!', '?'])
                .map(|(at, _)| at)
                .find(|&at| ends(at))
                .map_or(rest.len(), |at| at + 1);
            let sentence = prose.cut(from, from + end);
            let blank = sentence.mask().len() - sentence.mask().trim_start().len();
            let sentence = sentence.cut(blank, sentence.mask().trim_end().len());
            from += end;
            if !sentence.mask().is_empty() {
                return Some(sentence);
            }
        }
        None
    })
}
