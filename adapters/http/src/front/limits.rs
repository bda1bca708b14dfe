//! Sizes: of a request's head, and of its body before it is read.

use futures_util::StreamExt;
use poem::Request;
use poem::http::{HeaderValue, header};

use crate::config::Limits;
use crate::problem::{Problem, ProblemKind};
use crate::routes::Route;

/// Most bytes of a body that is taken in although its request was refused before.
const SMALL: u64 = 64 << 10;

/// Most bytes of a body that is too large which are still taken in, so that the caller hears why.
const DRAINED: u64 = 16 << 20;

/// Most bytes that the body of this request may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BodyLimit(pub(crate) usize);

/// The answer to a body of more than `limit` bytes.
pub(crate) fn body_too_large(limit: usize) -> Problem {
    Problem::new(ProblemKind::TooLarge, format_args!("the body may have {limit} bytes at most"))
        .with(header::CONNECTION, HeaderValue::from_static("close"))
}

pub(super) fn check_head(request: &Request, limits: &Limits) -> Result<(), Problem> {
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if headers > limits.headers || target > limits.headers {
        let detail = format_args!("headers may have {0} bytes at most, path and query {0}", limits.headers);
        return Err(Problem::new(ProblemKind::HeadTooLarge, detail));
    }
    Ok(())
}

/// Refuses what says that it is too large, and sets the limit for what does not say.
pub(super) async fn check_body(mut request: Request, route: &Route, limits: &Limits) -> Result<Request, Problem> {
    let limit = if route.pattern == "/remember/batch" { limits.batch_body } else { limits.body };
    let announced = request.header(header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok()).unwrap_or(0);
    if announced > limit as u64 {
        if announced <= DRAINED && request.header(header::EXPECT).is_none() {
            let wait = tokio::time::timeout(limits.header_time, drained(&mut request));
            wait.await.unwrap_or_default();
        }
        return Err(body_too_large(limit));
    }
    request.extensions_mut().insert(BodyLimit(limit));
    Ok(request)
}

/// Whether a body comes with the request.
pub(super) fn has_body(request: &Request) -> bool {
    request.header(header::TRANSFER_ENCODING).is_some()
        || request.header(header::CONTENT_LENGTH).is_some_and(|length| length != "0")
}

/// The same problem for a request whose body nobody has read. The connection serves the next request only if nothing of
/// this one is left in it: a small body is taken in, after any other the connection ends, and the answer says so.
pub(super) async fn unread(mut request: Request, problem: Problem, limits: &Limits) -> Problem {
    if !has_body(&request) {
        return problem;
    }
    let announced = request.header(header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    let chunked = request.header(header::TRANSFER_ENCODING).is_some();
    let small = !chunked && announced.is_some_and(|length| length <= SMALL) && request.header(header::EXPECT).is_none();
    if small && tokio::time::timeout(limits.header_time, drained(&mut request)).await.is_ok() {
        return problem;
    }
    problem.with(header::CONNECTION, HeaderValue::from_static("close"))
}

async fn drained(request: &mut Request) {
    let mut parts = request.take_body().into_bytes_stream();
    while let Some(Ok(_)) = parts.next().await {}
}
