//! Query parameters: none that is unknown, none twice, so that a typing error never widens what is erased or listed.

use poem::{FromRequest, Request, RequestBody, Result};

use crate::problem::{Problem, ProblemKind};

/// The names of a request's query parameters, in their order.
#[derive(Debug, Clone)]
pub(crate) struct ParameterNames(Vec<String>);

impl<'a> FromRequest<'a> for ParameterNames {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        let malformed = |error| Problem::new(ProblemKind::BadRequest, format_args!("the query is malformed: {error}"));
        let pairs: Vec<(String, String)> = request.params().map_err(malformed)?;
        Ok(Self(pairs.into_iter().map(|(name, _)| name).collect()))
    }
}

impl ParameterNames {
    /// Checks that each parameter is one of `once`, given once, or one of `often`.
    ///
    /// # Errors
    /// 422 naming the parameter.
    pub(crate) fn only(&self, once: &[&str], often: &[&str]) -> Result<(), Problem> {
        for (at, name) in self.0.iter().enumerate() {
            if often.contains(&name.as_str()) {
                continue;
            }
            if !once.contains(&name.as_str()) {
                return Err(Problem::field(name, "is not a parameter of this operation"));
            }
            if self.0[..at].contains(name) {
                return Err(Problem::field(name, "must be given once"));
            }
        }
        Ok(())
    }
}
