//! The request's id: the caller's, if it is one that can be logged, else a new one.

use application::brain::Brain;
use application::ports::Ports;
use application::ports::system::System;
use poem::Request;
use poem::http::{HeaderMap, HeaderName, HeaderValue};

const NAME: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST: usize = 128;

pub(super) fn of<P: Ports>(request: &Request, brain: &Brain<P>) -> String {
    let given = request.headers().get(NAME).map(HeaderValue::as_bytes).unwrap_or_default();
    match std::str::from_utf8(given) {
        Ok(id) if (1..=LONGEST).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic()) => id.to_owned(),
        _ => brain.ports().system().new_id().to_string(),
    }
}

pub(super) fn tell(headers: &mut HeaderMap, request_id: &str) {
    let value = HeaderValue::from_str(request_id).expect("visible ASCII is a header's value");
    headers.insert(NAME, value);
}
