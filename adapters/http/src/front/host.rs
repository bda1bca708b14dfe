//! Host and Origin: exactly one Host, and in development only those of this machine, since no token is asked for there
//! and a page of another site must not reach the service (DNS rebinding).

use poem::Request;
use poem::http::uri::Authority;
use poem::http::{HeaderMap, Uri, Version, header};

use crate::config::Mode;
use crate::problem::{Problem, ProblemKind};

/// Checks a request's Host, Origin and target.
///
/// # Errors
/// 400 for a Host that is missing, twice there or malformed, and for a target at another host; in development 403 for
/// names and origins that are not this machine.
pub(super) fn check(request: &Request, mode: Mode) -> Result<(), Problem> {
    let malformed = |detail: &str| Problem::new(ProblemKind::BadRequest, detail);
    let host = host_of(request.headers()).map_err(malformed)?;
    if host.is_none() && request.version() == Version::HTTP_11 {
        return Err(malformed("a request of HTTP/1.1 has a Host header"));
    }
    let target = request.original_uri().authority();
    if let (Some(target), Some(host)) = (target, &host)
        && !target.as_str().eq_ignore_ascii_case(host.as_str())
    {
        return Err(malformed("the request's target is at another host"));
    }
    if mode == Mode::Development {
        check_loopback(request.headers(), host.as_ref().or(target))?;
    }
    Ok(())
}

fn host_of(headers: &HeaderMap) -> Result<Option<Authority>, &'static str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let Some(host) = hosts.next() else { return Ok(None) };
    if hosts.next().is_some() {
        return Err("a request has one Host header, not several");
    }
    let authority = Authority::try_from(host.as_bytes()).map_err(|_| "the Host header is malformed")?;
    if authority.as_str().contains('@') {
        return Err("the Host header is malformed");
    }
    Ok(Some(authority))
}

fn check_loopback(headers: &HeaderMap, host: Option<&Authority>) -> Result<(), Problem> {
    let misdirected = |detail: &str| Problem::new(ProblemKind::Misdirected, detail);
    if host.is_some_and(|host| !is_loopback(host.host())) {
        return Err(misdirected("in development only the Hosts 127.0.0.1, localhost and [::1] are answered"));
    }
    let own = |origin: &[u8]| {
        let uri = Uri::try_from(origin).ok();
        let authority = uri.as_ref().filter(|uri| uri.scheme().is_some()).and_then(Uri::authority);
        authority.zip(host).is_some_and(|(origin, host)| origin.as_str().eq_ignore_ascii_case(host.as_str()))
    };
    if headers.get_all(header::ORIGIN).iter().any(|origin| !own(origin.as_bytes())) {
        return Err(misdirected("in development pages of other origins are not answered"));
    }
    Ok(())
}

fn is_loopback(host: &str) -> bool {
    host == "127.0.0.1" || host.eq_ignore_ascii_case("localhost") || host == "[::1]"
}
