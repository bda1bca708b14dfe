//! The trace that a request is part of (W3C Trace Context, section 3.2): passed on as it is where it has the form.

use poem::Request;

/// The caller's `traceparent`, if it has the form `version-trace-parent-flags` in lowercase hexadecimal digits.
pub(super) fn of(request: &Request) -> Option<String> {
    let given = request.header("traceparent")?;
    let lengths: Vec<usize> = given.split('-').map(str::len).collect();
    let hexadecimal = |byte: u8| byte == b'-' || byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (lengths == [2, 32, 16, 2] && given.bytes().all(hexadecimal)).then(|| given.to_owned())
}
