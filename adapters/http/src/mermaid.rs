//! A plan as a Mermaid flowchart, for people who would rather see it.

use std::fmt::Write;

use domain::memory::MemoryId;
use domain::plan::{Gap, MetBy, Need, Plan, Step};
use poem::{IntoResponse, Response};
use poem_openapi::payload::Payload;
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::Type;

/// The media type of Mermaid's language.
pub(crate) const MERMAID: &str = "text/vnd.mermaid";

/// Characters of a label at most; a memory may hold far more.
const LONGEST: usize = 120;

/// A flowchart: steps in order, needs as edges, what is missing dashed, the memories that say so as comments.
pub(crate) struct Flowchart(String);

impl Flowchart {
    /// Draws a plan for a goal.
    pub(crate) fn of(goal: &str, plan: &Plan) -> Self {
        let mut drawing = Drawing { lines: "flowchart TD\n".to_owned(), sources: 0 };
        let Plan { status, cost, confidence, .. } = plan;
        drawing.line(format_args!("%% {}, cost {cost}, confidence {confidence:.2}", status.as_str()));
        plan.steps.iter().for_each(|step| drawing.step(step));
        plan.steps.windows(2).for_each(|pair| drawing.line(format_args!("s{} ~~~ s{}", pair[0].n, pair[1].n)));
        drawing.line(format_args!("goal([\"{}\"])", label(goal)));
        let last = |step: &&Step| !plan.steps.iter().any(|other| other.depends_on.contains(&step.n));
        plan.steps.iter().filter(last).for_each(|step| drawing.line(format_args!("s{} --> goal", step.n)));
        plan.gaps.iter().enumerate().for_each(|(at, gap)| drawing.gap(at + 1, gap));
        plan.cycles.iter().for_each(|ring| drawing.line(format_args!("%% wait for each other: {}", ids(ring))));
        drawing.line(format_args!("classDef gap stroke-dasharray: 5 5"));
        Self(drawing.lines)
    }
}

struct Drawing {
    lines: String,
    /// Facts drawn so far.
    sources: usize,
}

impl Drawing {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.lines, "    {line}").expect("a string takes what is written to it");
    }

    fn step(&mut self, step: &Step) {
        let n = step.n;
        self.line(format_args!("s{n}[\"{n}: {}\"]", label(&step.action)));
        self.line(format_args!("%% s{n} because {}", ids(&step.because)));
        step.needs.iter().for_each(|need| self.need(n, need));
        // Links order without naming a need.
        let named = |before: &&usize| step.needs.iter().any(|need| need.met_by == MetBy::Step(**before));
        for before in step.depends_on.iter().filter(|before| !named(before)) {
            self.line(format_args!("s{before} --> s{n}"));
        }
    }

    fn need(&mut self, n: usize, need: &Need) {
        let text = label(&need.text);
        let source = match need.met_by {
            MetBy::Step(before) => return self.line(format_args!("s{before} -->|\"{text}\"| s{n}")),
            MetBy::Context => "context".to_owned(),
            MetBy::Memory(id) => format!("memory {}", id.0),
            MetBy::Absence => "nothing says otherwise".to_owned(),
        };
        self.sources += 1;
        let at = self.sources;
        self.line(format_args!("f{at}([\"{text}\"]) --> s{n}"));
        self.line(format_args!("%% f{at} by {source}"));
    }

    fn gap(&mut self, at: usize, gap: &Gap) {
        let waiting = gap.for_step.map_or_else(|| "goal".to_owned(), |n| format!("s{n}"));
        self.line(format_args!("g{at}[\"missing: {}\"]:::gap -.-> {waiting}", label(&gap.need)));
        if let Some(memory) = gap.for_memory {
            self.line(format_args!("%% g{at} for memory {}", memory.0));
        }
    }
}

fn ids(memories: &[MemoryId]) -> String {
    memories.iter().map(|id| id.0.to_string()).collect::<Vec<_>>().join(" ")
}

/// A text within quotation marks of the language: on one line, no longer than is read, and every sign that Mermaid or the
/// Markdown in its labels would take for its own written by its number (`#34;`).
fn label(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut label = String::new();
    let mut listing = true;
    for c in line.chars().take(LONGEST) {
        // "1." and "-" would begin a list.
        let lists = listing && matches!(c, '.' | ')' | '-' | '+');
        listing = listing && c.is_ascii_digit();
        match c {
            _ if c.is_control() => label.push(' '),
            '"' | '#' | '&' | '<' | '>' | '`' | '%' | '{' | '}' | '[' | ']' | '(' | ')' | '|' | '*' | '_' | '~'
            | '\\' => {
                label.push_str(&number(c));
            }
            _ if lists => label.push_str(&number(c)),
            _ => label.push(c),
        }
    }
    if line.chars().nth(LONGEST).is_some() {
        label.push('…');
    }
    label
}

fn number(c: char) -> String {
    format!("#{};", u32::from(c))
}

impl Payload for Flowchart {
    const CONTENT_TYPE: &'static str = MERMAID;

    fn schema_ref() -> MetaSchemaRef {
        String::schema_ref()
    }

    fn register(registry: &mut Registry) {
        String::register(registry);
    }
}

impl IntoResponse for Flowchart {
    fn into_response(self) -> Response {
        Response::builder().content_type("text/vnd.mermaid; charset=utf-8").body(self.0)
    }
}
