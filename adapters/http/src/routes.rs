//! The routes that are served, as a closed set: what metrics are labelled with, and what `Allow` says.

use poem::http::Method;

/// Where a request leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The route's pattern, such as `/memories/{id}`.
    pub pattern: &'static str,
    /// The methods that it has, for `Allow`.
    pub allow: &'static str,
    /// Whether it is answered without a token and without counting against the rate.
    pub open: bool,
}

/// Whether the process lives: answered however busy it is.
pub const LIVEZ: &str = "/livez";

/// The label of whatever is no route.
pub const UNMATCHED: &str = "unmatched";

const fn route(pattern: &'static str, allow: &'static str) -> Route {
    Route { pattern, allow, open: false }
}

const fn open(pattern: &'static str) -> Route {
    Route { pattern, allow: "GET, HEAD", open: true }
}

/// Every route.
pub const ROUTES: [Route; 24] = [
    route("/remember", "POST"),
    route("/remember/batch", "POST"),
    route("/recall", "POST"),
    route("/recall/feedback", "POST"),
    route("/recall/feedback/{version}", "DELETE"),
    route("/plan", "POST"),
    route("/memories", "GET, HEAD, DELETE"),
    route("/memories/{id}", "GET, HEAD, PATCH, DELETE"),
    route("/memories/{id}/versions", "GET, HEAD"),
    route("/memories/{id}/links", "POST, DELETE"),
    route("/sessions/{id}", "GET, HEAD, DELETE"),
    route("/namespaces", "GET, HEAD"),
    route("/namespaces/{name}", "DELETE"),
    route("/admin/density", "GET, HEAD"),
    route("/admin/density/reset", "POST"),
    route("/admin/density/restore", "POST"),
    route("/admin/audit", "GET, HEAD"),
    route("/admin/maintenance", "GET, HEAD, POST"),
    open("/health"),
    open(LIVEZ),
    open("/readyz"),
    open("/metrics"),
    open("/docs"),
    open("/openapi.json"),
];

/// The route of a path as it was sent, if there is one.
pub fn find(path: &str) -> Option<&'static Route> {
    ROUTES.iter().find(|route| fits(route.pattern, path))
}

/// Whether the route has the method.
pub fn serves(route: &Route, method: &Method) -> bool {
    route.allow.split(", ").any(|allowed| allowed == method.as_str())
}

/// The method as a label: one of those that are served, or `other`.
pub fn method_label(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS"];
    known.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

fn fits(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut found) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), found.next()) {
            (None, None) => return true,
            (Some(wanted), Some(found)) if wanted == found => {}
            (Some(wanted), Some(found)) if wanted.starts_with('{') && !found.is_empty() => {}
            _ => return false,
        }
    }
}
