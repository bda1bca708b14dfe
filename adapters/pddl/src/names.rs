//! Lists with types: `a b - t c - (either t u) d`.

use crate::expression::{Expression, Node};
use crate::refusal::Wrong;

/// A name with its types; no type is `object`.
#[derive(Debug, Clone)]
pub(crate) struct Typed<'a> {
    pub(crate) line: usize,
    pub(crate) name: &'a str,
    pub(crate) types: Vec<(usize, &'a str)>,
}

/// Reads such a list.
pub(crate) fn typed(list: &[Expression]) -> Result<Vec<Typed<'_>>, Wrong> {
    let mut done: Vec<Typed> = Vec::new();
    let mut untyped = 0;
    let mut rest = list.iter();
    while let Some(item) = rest.next() {
        let name = item.word("a name")?;
        if name != "-" {
            done.push(Typed { line: item.line, name, types: Vec::new() });
            continue;
        }
        let types = rest.next().ok_or_else(|| Wrong::at(item.line, "`-` without a type"))?;
        let types = either(types)?;
        done[untyped..].iter_mut().for_each(|one| one.types.clone_from(&types));
        untyped = done.len();
    }
    Ok(done)
}

fn either(types: &Expression) -> Result<Vec<(usize, &str)>, Wrong> {
    match &types.node {
        Node::Word(word) => Ok(vec![(types.line, word)]),
        Node::List(_) => match types.form("a type")? {
            ("either", names) => names.iter().map(|name| Ok((name.line, name.word("a type")?))).collect(),
            (other, _) => Err(Wrong::unknown(types.line, other)),
        },
    }
}
