//! What every request passes before its handler and every answer after it.
//!
//! In order: the request's id, the route (404, 405), the head's size, Host and Origin, the token, the rate, a place
//! among the requests at work, which is kept until the answer has been sent, the body's size, the time limit. Open routes
//! have places of their own and neither token nor rate. Whatever goes wrong, a panic included, becomes a
//! problem document; every answer is counted and logged once.

mod admission;
mod at_work;
mod host;
pub(crate) mod limits;
mod observe;
mod request_id;
mod sending;
mod traceparent;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use application::brain::Brain;
use application::call::{Call, Caller};
use application::ports::Ports;
use application::ports::system::System;
use application::stages::watched;
use application::trace::{self, Origin, Traceparent};
use futures_util::FutureExt;
use poem::http::{HeaderValue, Method, header};
use poem::{Endpoint, Request, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use at_work::AtWork;

use crate::authentication::caller_of;
use crate::config::Config;
use crate::problem::{Problem, ProblemKind};
use crate::routes::{self, Route};

/// The whole API as one endpoint.
pub struct Front<P, E> {
    pub(crate) brain: Brain<P>,
    pub(crate) config: Arc<Config>,
    stopping: Stopping,
    places: AtWork,
    open_places: Arc<Semaphore>,
    inner: E,
}

/// Whether the service is about to stop; from then on readiness fails and every answer closes its connection. Cloning
/// shares it.
#[derive(Debug, Clone, Default)]
pub struct Stopping(Arc<AtomicBool>);

impl Stopping {
    /// From now on `/readyz` answers 503, and answers say `Connection: close`.
    pub fn begin(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether it has begun.
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// What is known of a request when its answer goes out.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) request_id: String,
    pub(crate) method: &'static str,
    pub(crate) endpoint: &'static str,
    pub(crate) tenant: Option<String>,
    pub(crate) began: Instant,
}

impl<P: Ports, E: Endpoint<Output = Response>> Front<P, E> {
    pub(crate) fn new(brain: Brain<P>, config: Arc<Config>, stopping: Stopping, inner: E) -> Self {
        let places = AtWork::new(config.limits.concurrency);
        let open_places = Arc::new(Semaphore::new(config.limits.open));
        Self { brain, config, stopping, places, open_places, inner }
    }

    /// Where the request comes from: the caller's span, or a trace of its own.
    fn origin(&self, request: &Request, seen: &Seen) -> Origin {
        let caller = request.header("traceparent").and_then(|given| Traceparent::parse(given).ok());
        let unique = self.brain.ports().system().new_id();
        Origin::new(&seen.request_id, caller, unique, self.config.traces.is_wanted())
    }

    /// Told apart from what cannot be served, then served.
    async fn answer(&self, mut request: Request, seen: &mut Seen) -> Result<Response, Problem> {
        let route = match self.told_apart(&request, seen) {
            Ok(route) => route,
            Err(problem) => return Err(limits::unread(request, problem, &self.config.limits).await),
        };
        if request.method() == Method::HEAD {
            request.set_method(Method::GET);
        }
        if route.open {
            let _place = match self.open_place(route) {
                Ok(place) => place,
                Err(problem) => return Err(limits::unread(request, problem, &self.config.limits).await),
            };
            let unread = limits::has_body(&request);
            let mut response = self.handle(request, route).await?;
            if unread {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            return Ok(response);
        }
        let (caller, budget, place) = match self.admit(&request, seen).await {
            Ok(admitted) => admitted,
            Err(problem) => return Err(limits::unread(request, problem, &self.config.limits).await),
        };
        let mut request = limits::check_body(request, route, &self.config.limits).await?;
        let method = seen.method.to_owned();
        let path = request.uri().path().to_owned();
        let traceparent = traceparent::of(&request);
        let request_id = seen.request_id.clone();
        request.extensions_mut().insert(Call { caller, request_id, method, path, traceparent });
        let mut response = self.handle(request, route).await?;
        budget.tell(response.headers_mut());
        Ok(sending::keeping(response, place))
    }

    /// The route, if the request is one that can be served.
    fn told_apart(&self, request: &Request, seen: &mut Seen) -> Result<&'static Route, Problem> {
        limits::check_head(request, &self.config.limits)?;
        host::check(request, self.config.mode)?;
        route_of(request, seen)
    }

    /// Who calls, what is left of the tenant's rate, and a place among the requests at work.
    async fn admit(
        &self,
        request: &Request,
        seen: &mut Seen,
    ) -> Result<(Caller, admission::Budget, at_work::Place), Problem> {
        let caller = caller_of(self, request).await?;
        seen.tenant = Some(caller.tenant.to_string());
        let budget = admission::admit(&self.brain, &caller.tenant).await?;
        let place = self.places.take(&caller.tenant)?;
        Ok((caller, budget, place))
    }

    /// A place among the requests to open routes, where one is wanted.
    fn open_place(&self, route: &Route) -> Result<Option<OwnedSemaphorePermit>, Problem> {
        if route.pattern == routes::LIVEZ { Ok(None) } else { at_work::take(&self.open_places).map(Some) }
    }

    /// The handler, within the time that a request may take.
    async fn handle(&self, request: Request, route: &Route) -> Result<Response, Problem> {
        match tokio::time::timeout(self.config.limits.request_time, self.inner.call(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => {
                Err(error.downcast::<Problem>().unwrap_or_else(|error| Problem::from_framework(error, route.pattern)))
            }
            Err(_) => {
                let detail = format_args!("no answer within {:?}", self.config.limits.request_time);
                Err(Problem::new(ProblemKind::Timeout, detail)
                    .with(header::CONNECTION, HeaderValue::from_static("close")))
            }
        }
    }
}

impl<P: Ports, E: Endpoint<Output = Response>> Endpoint for Front<P, E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let mut seen = Seen {
            request_id: request_id::of(&request, &self.brain),
            method: routes::method_label(request.method()),
            endpoint: routes::UNMATCHED,
            tenant: None,
            began: Instant::now(),
        };
        let origin = self.origin(&request, &seen);
        let answering = watched(AssertUnwindSafe(self.answer(request, &mut seen)).catch_unwind());
        let ((answered, stages), trace) = trace::watched(origin, answering).await;
        let answered = answered.unwrap_or_else(|_| Err(Problem::internal("a handler panicked")));
        let mut response = answered.unwrap_or_else(|problem| {
            observe::log_cause(&problem, &seen);
            problem.into_response_for(&seen.request_id)
        });
        request_id::tell(response.headers_mut(), &seen.request_id);
        if self.stopping.has_begun() {
            // The caller's next request is for another replica.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        observe::record(&self.brain, &self.config, &seen, &stages, response.status());
        observe::trace(&self.config, &seen, trace, response.status());
        Ok(response)
    }
}

/// The route, noted for the metrics; 404 and 405 end here, without asking for a token.
fn route_of(request: &Request, seen: &mut Seen) -> Result<&'static Route, Problem> {
    let route = routes::find(request.uri().path()).ok_or_else(Problem::no_such_path)?;
    seen.endpoint = route.pattern;
    if routes::serves(route, request.method()) {
        return Ok(route);
    }
    let detail = format_args!("{} has {}", route.pattern, route.allow);
    let allow = HeaderValue::from_static(route.allow);
    Err(Problem::new(ProblemKind::MethodNotAllowed, detail).with(header::ALLOW, allow))
}
