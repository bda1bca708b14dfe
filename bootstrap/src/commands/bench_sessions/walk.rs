//! One corpus as it happened: a session after the other, a turn after the other.

use std::collections::HashSet;
use std::ops::Range;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::super::bench_quality::corpus::{Corpus, Question};
use super::super::bench_quality::subject::{Answered, Stored, Subject, answered};

/// How many answers are asked for.
pub(super) const K: usize = 10;

/// One telling of a corpus.
pub(super) struct Walk<'a> {
    subject: &'a Subject,
    corpus: &'a Corpus,
    sessions: Vec<Range<usize>>,
    stored: Stored,
    #[cfg(feature = "embedded")]
    timing: Option<Timing>,
}

/// What came of a telling; one answer a question each, in their order.
pub(super) struct Walked {
    /// Where the texts are.
    pub stored: Stored,
    /// Asked at the end of the session that holds the last gold text, in that session.
    pub at_its_end: Vec<Asked>,
    /// Asked at the end of all, in the last session.
    pub later: Vec<Asked>,
}

/// A question, asked twice at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    /// Whether the session holds a gold text.
    pub gold_held: bool,
    /// Share of the answers in the session that the session holds, 0 to 1.
    pub answers_held: f64,
    /// The answer in the session.
    pub with: Answered,
    /// The answer without a session.
    pub without: Answered,
}

impl<'a> Walk<'a> {
    /// The corpus in a namespace whose name begins with `prefix`; every text must be of a session.
    pub(super) fn new(subject: &'a Subject, corpus: &'a Corpus, prefix: &str) -> Result<Self> {
        let stored = Stored::nothing_in(format!("{prefix}{}", corpus.name));
        let sessions = sessions(corpus)?;
        Ok(Self {
            subject,
            corpus,
            sessions,
            stored,
            #[cfg(feature = "embedded")]
            timing: None,
        })
    }

    /// Tells and asks.
    pub(super) async fn run(mut self) -> Result<Walked> {
        let about = |whole: &Self| format!("could not tell `{}`", whole.stored.namespace);
        let mut at_its_end = vec![Asked::default(); self.corpus.questions.len()];
        for number in 0..self.sessions.len() {
            self.tell(number).await.with_context(|| about(&self))?;
            let asked: Vec<usize> = self.answered_by(number);
            let answers = self.ask(number, &asked).await.with_context(|| about(&self))?;
            asked.into_iter().zip(answers).for_each(|(at, answer)| at_its_end[at] = answer);
        }
        let all: Vec<usize> = (0..self.corpus.questions.len()).collect();
        let last = self.sessions.len() - 1;
        let later = self.ask(last, &all).await.with_context(|| about(&self))?;
        Ok(Walked { stored: self.stored, at_its_end, later })
    }

    /// Stores the turns of a session, one by one.
    async fn tell(&mut self, number: usize) -> Result<()> {
        let session = self.session(number);
        for place in self.sessions[number].clone() {
            #[cfg(feature = "embedded")]
            self.timing.iter().for_each(|timing| timing.show(place));
            let item = &self.corpus.items[place];
            let mut body = item.body.clone();
            body["namespace"] = self.stored.namespace.as_str().into();
            body["session_id"] = session.as_str().into();
            let answer = self.call("POST", "/remember", Some(&body)).await?;
            let id = answer["id"].as_str().context("an answer has no id")?;
            let again = answer["duplicate"] == true && self.stored.place(id).is_none();
            ensure!(!again, "`{}` is there from an earlier run: choose another --prefix", item.key);
            self.stored.note(id);
            self.subject.target().settle().await?;
        }
        Ok(())
    }

    /// Asks questions, first all of them without a session, so that asking leaves what is held as it was, then in it.
    async fn ask(&self, number: usize, questions: &[usize]) -> Result<Vec<Asked>> {
        let session = self.session(number);
        let held = self.held(&session).await?;
        let mut asked = Vec::with_capacity(questions.len());
        for at in questions {
            let question = &self.corpus.questions[*at];
            let without = self.recall(question, None).await?;
            let gold_held = question.gold.iter().any(|gold| held.contains(&self.stored.first[*gold]));
            asked.push(Asked { gold_held, without, ..Asked::default() });
        }
        for (at, one) in questions.iter().zip(&mut asked) {
            one.with = self.recall(&self.corpus.questions[*at], Some(&session)).await?;
            let found = one.with.ranking.iter().flatten().filter(|place| held.contains(place)).count();
            one.answers_held = found as f64 / one.with.ranking.len().max(1) as f64;
        }
        Ok(asked)
    }

    /// Places of what a session holds.
    async fn held(&self, session: &str) -> Result<HashSet<usize>> {
        let shown = self.call("GET", &format!("/sessions/{session}"), None).await?;
        let ids = shown["memories"].as_array().into_iter().flatten().filter_map(|one| one["memory"]["id"].as_str());
        Ok(ids.filter_map(|id| self.stored.place(id)).collect())
    }

    async fn recall(&self, question: &Question, session: Option<&str>) -> Result<Answered> {
        let mut body = question.body.clone();
        body["namespace"] = self.stored.namespace.as_str().into();
        body["k"] = json!(K);
        if let Some(session) = session {
            body["session_id"] = session.into();
        }
        let answer = self.call("POST", "/recall", Some(&body)).await?;
        ensure!(answer["degraded"] == false, "an answer is degraded: something could not be reached");
        Ok(answered(&answer, &self.stored))
    }

    async fn call(&self, method: &'static str, path: &str, body: Option<&Value>) -> Result<Value> {
        let answer = self.subject.target().patiently(method, path, body).await?;
        ensure!(answer.is_success(), "{}", answer.complaint());
        Ok(answer.body)
    }

    /// The questions whose last gold text is of a session.
    fn answered_by(&self, number: usize) -> Vec<usize> {
        let last = |question: &Question| question.gold.iter().max().copied();
        let here = |question: &Question| last(question).is_some_and(|place| self.sessions[number].contains(&place));
        let questions = self.corpus.questions.iter().enumerate();
        questions.filter(|(_, question)| here(question)).map(|(at, _)| at).collect()
    }

    fn session(&self, number: usize) -> String {
        format!("{}.{}", self.stored.namespace, number + 1)
    }
}

/// The runs of texts of one session.
fn sessions(corpus: &Corpus) -> Result<Vec<Range<usize>>> {
    let mut sessions: Vec<Range<usize>> = Vec::new();
    let mut before = None;
    for (place, item) in corpus.items.iter().enumerate() {
        let session = item.body["session_id"].as_str();
        let session = session.with_context(|| format!("`{}` of `{}` has no `session_id`", item.key, corpus.name))?;
        match sessions.last_mut() {
            Some(current) if before == Some(session) => current.end = place + 1,
            _ => sessions.push(place..place + 1),
        }
        before = Some(session);
    }
    Ok(sessions)
}

#[cfg(feature = "embedded")]
pub(super) use timing::Timing;

#[cfg(feature = "embedded")]
mod timing {
    use std::sync::Arc;

    use domain::time::Timestamp;
    use somabrain_inprocess::ManualClock;

    use super::{Context, Corpus, Result, Walk, sessions};
    use crate::clock::Clock;

    /// The clock of a conversation: each session begins when its first text says, and its texts come at one pace.
    pub(crate) struct Timing {
        clock: Arc<ManualClock>,
        moments: Vec<Timestamp>,
    }

    impl Timing {
        /// The moments of a corpus, `pace` seconds from text to text; every session's first text needs its `occurred_at`.
        pub(crate) fn of(corpus: &Corpus, pace: u32) -> Result<Self> {
            let mut moments = Vec::with_capacity(corpus.items.len());
            for session in sessions(corpus)? {
                let first = &corpus.items[session.start];
                let begin = first.body["occurred_at"].as_str().and_then(|text| Timestamp::parse(text).ok());
                let missing = || format!("`{}` of `{}` has no moment `occurred_at`", first.key, corpus.name);
                let begin = begin.with_context(missing)?;
                moments.extend((0..session.len() as i64).map(|turn| begin.plus_seconds(turn * i64::from(pace))));
            }
            let first = moments.first().copied().context("a corpus has no texts")?;
            Ok(Self { clock: Arc::new(ManualClock::at(first)), moments })
        }

        /// The clock, for the profile.
        pub(crate) fn clock(&self) -> Clock {
            Clock::ByHand(Arc::clone(&self.clock))
        }

        /// Shows the moment of a text.
        pub(super) fn show(&self, place: usize) {
            self.clock.set(self.moments[place]);
        }
    }

    impl Walk<'_> {
        /// Goes by that clock.
        pub(crate) fn timed(self, timing: Timing) -> Self {
            Self { timing: Some(timing), ..self }
        }
    }
}
