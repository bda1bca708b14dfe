//! How deeply brackets are nested in a policy file. regorus reads what a bracket opens first as one thing and then as
//! another, so that each level doubles the time: 40 levels of `[` would take days, some thousand the stack.

use thiserror::Error;

/// Deepest nesting of brackets; the bundled policy has 2 levels.
const DEEPEST: usize = 10;

/// A file whose brackets are nested too deeply.
#[derive(Debug, Error)]
#[error("line {line}: brackets are nested more than {DEEPEST} levels deep")]
pub(crate) struct TooDeep {
    line: usize,
}

/// Checks a file.
pub(crate) fn check(text: &str) -> Result<(), TooDeep> {
    let (mut depth, mut line) = (0_usize, 1);
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\n' => line += 1,
            '#' => line += usize::from(characters.by_ref().any(|skipped| skipped == '\n')),
            '"' => line += skip_text(&mut characters),
            '`' => line += characters.by_ref().take_while(|&skipped| skipped != '`').filter(|&c| c == '\n').count(),
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(TooDeep { line });
        }
    }
    Ok(())
}

/// Passes over a text in quotation marks, which ends with its line at the latest; how many lines ended.
fn skip_text(characters: &mut impl Iterator<Item = char>) -> usize {
    while let Some(character) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '"' => return 0,
            '\n' => return 1,
            _ => {}
        }
    }
    0
}
