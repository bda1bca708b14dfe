//! Why a file is not planned for.

use std::fmt;

use thiserror::Error;

/// Which of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    /// The domain.
    Domain,
    /// The problem.
    Problem,
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Domain => "domain",
            Self::Problem => "problem",
        })
    }
}

/// What is wrong with a file, or not known here.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}, line {line}: {what}")]
pub struct Refusal {
    /// In which file.
    pub file: File,
    /// In which line, from 1.
    pub line: usize,
    /// What it is.
    pub what: String,
}

/// The same, before it is known in which file.
#[derive(Debug)]
pub(crate) struct Wrong {
    line: usize,
    what: String,
}

impl Wrong {
    pub(crate) fn at(line: usize, what: impl Into<String>) -> Self {
        Self { line, what: what.into() }
    }

    /// Something of PDDL that is not known here.
    pub(crate) fn unknown(line: usize, name: &str) -> Self {
        Self::at(
            line,
            format!(
                "`{name}` is not supported: known are STRIPS, typing, constants, equality, negative conditions and total-cost"
            ),
        )
    }

    pub(crate) fn of(self, file: File) -> Refusal {
        Refusal { file, line: self.line, what: self.what }
    }
}
