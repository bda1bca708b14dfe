//! Words and lists, each with its line; everything in lower case, without comments.

use crate::refusal::Wrong;

/// A word or a list.
#[derive(Debug)]
pub(crate) struct Expression {
    pub(crate) line: usize,
    pub(crate) node: Node,
}

#[derive(Debug)]
pub(crate) enum Node {
    Word(String),
    List(Vec<Expression>),
}

impl Expression {
    /// The word; something else is wrong where `what` should stand.
    pub(crate) fn word(&self, what: &str) -> Result<&str, Wrong> {
        match &self.node {
            Node::Word(word) => Ok(word),
            Node::List(_) => Err(Wrong::at(self.line, format!("a list where {what} should stand"))),
        }
    }

    /// The members of the list; a word is wrong where `what` should stand.
    pub(crate) fn list(&self, what: &str) -> Result<&[Expression], Wrong> {
        match &self.node {
            Node::List(list) => Ok(list),
            Node::Word(word) => Err(Wrong::at(self.line, format!("`{word}` where {what} should stand"))),
        }
    }

    /// A list's first word and the rest.
    pub(crate) fn form(&self, what: &str) -> Result<(&str, &[Expression]), Wrong> {
        let (head, rest) = self
            .list(what)?
            .split_first()
            .ok_or_else(|| Wrong::at(self.line, format!("an empty list where {what} should stand")))?;
        Ok((head.word(what)?, rest))
    }
}

/// Deeper nesting than any file has.
const DEEPEST: usize = 1000;

/// The one list that a file is.
pub(crate) fn parse(text: &str) -> Result<Expression, Wrong> {
    let mut open: Vec<(usize, Vec<Expression>)> = Vec::new();
    let mut whole: Option<Expression> = None;
    let mut last = 1;
    for (line, token) in tokens(text) {
        last = line;
        if whole.is_some() {
            return Err(Wrong::at(line, format!("`{token}` after the end of the definition")));
        }
        let done = match token {
            "(" if open.len() >= DEEPEST => return Err(Wrong::at(line, "lists nested too deeply")),
            "(" => {
                open.push((line, Vec::new()));
                continue;
            }
            ")" => {
                let (begun, list) = open.pop().ok_or_else(|| Wrong::at(line, "`)` that closes nothing"))?;
                Expression { line: begun, node: Node::List(list) }
            }
            word => Expression { line, node: Node::Word(word.to_lowercase()) },
        };
        match open.last_mut() {
            Some((_, list)) => list.push(done),
            None => whole = Some(done),
        }
    }
    match (open.pop(), whole) {
        (None, Some(whole)) => Ok(whole),
        (Some((line, _)), _) => Err(Wrong::at(line, "`(` that is never closed")),
        (None, None) => Err(Wrong::at(last, "nothing is defined")),
    }
}

fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().flat_map(|(at, line)| {
        let code = line.split(';').next().unwrap_or_default();
        let mut rest = code;
        std::iter::from_fn(move || {
            rest = rest.trim_start();
            let first = rest.chars().next()?;
            let end = if matches!(first, '(' | ')') {
                1
            } else {
                rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')')).unwrap_or(rest.len())
            };
            let (token, after) = rest.split_at(end);
            rest = after;
            Some((at + 1, token))
        })
    })
}
