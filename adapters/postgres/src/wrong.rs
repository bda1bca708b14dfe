//! Work for many tenants, some of whose rows are damaged: it goes on, and the first error is answered in the end.

use crate::error::Error;

/// What was wrong so far.
#[derive(Default)]
pub(crate) struct Wrong(Option<Error>);

impl Wrong {
    /// What was done; `None` where it failed, which is logged. Fails where nothing can be done at all.
    pub(crate) fn unless<T>(&mut self, done: Result<T, Error>) -> Result<Option<T>, Error> {
        match done {
            Ok(done) => Ok(Some(done)),
            Err(error) if error.is_everywhere() => Err(error),
            Err(error) => {
                self.note(error);
                Ok(None)
            }
        }
    }

    /// Keeps the first error; all are logged.
    pub(crate) fn note(&mut self, error: Error) {
        tracing::error!(%error, cause = std::error::Error::source(&error).map(tracing::field::display), "passed over");
        self.0.get_or_insert(error);
    }

    /// The first error.
    pub(crate) fn end(self) -> Result<(), Error> {
        self.0.map_or(Ok(()), Err)
    }

    /// What could be done; the first error where that is nothing.
    pub(crate) fn or<T>(self, done: Vec<T>) -> Result<Vec<T>, Error> {
        if done.is_empty() { self.end().map(|()| done) } else { Ok(done) }
    }
}
