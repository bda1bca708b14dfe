//! What was found, and how it is told.

use std::error::Error;

use serde::Serialize;

/// How a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ok,
    Note,
    Wrong,
}

#[derive(Debug, Serialize)]
struct Finding {
    component: &'static str,
    status: Status,
    what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

/// All findings in their order.
#[derive(Debug, Default)]
pub(super) struct Report {
    findings: Vec<Finding>,
}

impl Report {
    /// Something is in order.
    pub(super) fn ok(&mut self, component: &'static str, what: impl Into<String>) {
        self.add(component, Status::Ok, what, None);
    }

    /// Something works, and could be better.
    pub(super) fn note(&mut self, component: &'static str, what: impl Into<String>, advice: impl Into<String>) {
        self.add(component, Status::Note, what, Some(advice.into()));
    }

    /// Something is wrong.
    pub(super) fn wrong(&mut self, component: &'static str, what: impl Into<String>, advice: impl Into<String>) {
        self.add(component, Status::Wrong, what, Some(advice.into()));
    }

    fn add(&mut self, component: &'static str, status: Status, what: impl Into<String>, advice: Option<String>) {
        self.findings.push(Finding { component, status, what: what.into(), advice });
    }

    /// How many findings there are.
    pub(super) fn len(&self) -> usize {
        self.findings.len()
    }

    /// How many of them are wrong.
    pub(super) fn count_wrong(&self) -> usize {
        self.findings.iter().filter(|finding| finding.status == Status::Wrong).count()
    }

    /// Prints them, a line each with the advice below it, or as JSON.
    pub(super) fn print(&self, json: bool) {
        if json {
            println!("{}", serde_json::json!({"ok": self.count_wrong() == 0, "findings": self.findings}));
            return;
        }
        for Finding { component, status, what, advice } in &self.findings {
            let status = match status {
                Status::Ok => "ok",
                Status::Note => "note",
                Status::Wrong => "WRONG",
            };
            println!("{status:<6} {component:<15} {what}");
            if let Some(advice) = advice {
                println!("{:<22} → {advice}", "");
            }
        }
    }
}

/// An error with its causes, in one line.
pub(super) fn causes(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        let more = source.to_string();
        if !words.ends_with(&more) {
            words = format!("{words}: {more}");
        }
        cause = source.source();
    }
    words.replace('\n', " ")
}
