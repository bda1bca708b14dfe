//! Traces: where a request comes from, what it asks of servers, and how long each part took (W3C Trace Context).
//!
//! A request that is [`watched`] has a span of its own; [`inner`] and [`client`] make spans below the one at hand, and
//! what goes out from there carries [`Outgoing`], so that the next process continues the trace. Spans are kept with the
//! request until its end, and only where somebody wants them; identifiers are made always, since they travel.

mod ids;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use uuid::Uuid;

pub use ids::{InvalidTraceparent, SpanId, TraceId, Traceparent};

/// Most spans of one trace here: what comes later is left out.
const MOST_SPANS: usize = 512;

tokio::task_local! {
    static HERE: Here;
}

/// Where the work at hand belongs.
#[derive(Clone)]
struct Here {
    trace: Arc<Shared>,
    span: SpanId,
}

/// What all spans of one request share.
struct Shared {
    origin: Origin,
    began: Instant,
    /// Spans made so far.
    made: AtomicU64,
    /// `None`: nobody wants them.
    spans: Option<Mutex<Vec<Span>>>,
}

/// Where a request comes from.
#[derive(Debug, Clone)]
pub struct Origin {
    request_id: String,
    caller: Option<Traceparent>,
    trace: TraceId,
    own: SpanId,
    recorded: bool,
}

impl Origin {
    /// A request that continues the caller's trace, or begins one. `unique` is what no other request has; it is recorded
    /// if that is wanted and the caller has not decided otherwise.
    pub fn new(request_id: &str, caller: Option<Traceparent>, unique: Uuid, wanted: bool) -> Self {
        let trace = caller.map_or_else(|| TraceId::of(unique), |caller| caller.trace);
        let recorded = wanted && caller.is_none_or(|caller| caller.sampled);
        Self { request_id: request_id.to_owned(), caller, trace, own: SpanId::of(unique), recorded }
    }

    /// A request from within: each has a span of its own that it comes from.
    pub fn below(request_id: &str, caller: Traceparent, wanted: bool) -> Self {
        let (trace, own) = (caller.trace, caller.span.next(0));
        let recorded = wanted && caller.sampled;
        Self { request_id: request_id.to_owned(), caller: Some(caller), trace, own, recorded }
    }
}

impl Origin {
    /// The request's id.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }
}

/// A part of a request that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Its own identifier.
    pub id: SpanId,
    /// The span that it is part of.
    pub parent: SpanId,
    /// What was done: a stage, or a server's component.
    pub name: &'static str,
    /// Whether a server was asked.
    pub client: bool,
    /// When it began, from the beginning of the request.
    pub began: Duration,
    /// How long it took.
    pub took: Duration,
    /// Whether it failed.
    pub failed: bool,
}

/// What is known of a request's trace at its end.
#[derive(Debug, Clone)]
pub struct Trace {
    /// The trace.
    pub trace: TraceId,
    /// The span of the request.
    pub span: SpanId,
    /// The caller's span.
    pub parent: Option<SpanId>,
    /// The request's id.
    pub request_id: String,
    /// How long it took.
    pub took: Duration,
    /// Its parts, in the order in which they ended.
    pub spans: Vec<Span>,
}

/// A request that has ended, with what is said of it.
#[derive(Debug, Clone)]
pub struct Finished {
    /// Its trace.
    pub trace: Trace,
    /// What it was: a method and a route's pattern, or a kind of work; one of a closed set.
    pub name: String,
    /// Who asked for it.
    pub kind: Kind,
    /// Whose memories it was about, if known.
    pub tenant: Option<String>,
    /// The status that it was answered with.
    pub status: Option<u16>,
    /// Whether it failed by a fault of this side.
    pub failed: bool,
}

/// Who asked for a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A caller.
    Server,
    /// Nobody: work beside requests.
    Internal,
}

/// Where traces go. It never makes anybody wait and never fails.
pub trait Traces: Send + Sync {
    /// A request has just ended.
    fn finished(&self, finished: Finished);
}

/// Who wants to see traces, if anybody does. Cloning shares it.
#[derive(Clone, Default)]
pub struct Sink(Option<Arc<dyn Traces>>);

impl Sink {
    /// Somebody who does.
    pub fn to(traces: impl Traces + 'static) -> Self {
        Self(Some(Arc::new(traces)))
    }

    /// Whether anybody does.
    pub fn is_wanted(&self) -> bool {
        self.0.is_some()
    }

    /// Tells of a request that has just ended.
    pub fn finished(&self, finished: Finished) {
        if let Some(traces) = &self.0 {
            traces.finished(finished);
        }
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sink").field(&self.is_wanted()).finish()
    }
}

/// What a request to a server carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The id of the request that this is done for: `x-request-id`.
    pub request_id: String,
    /// The span at hand: `traceparent`.
    pub traceparent: Traceparent,
}

/// Does what a request asks for, as a span of its own; its answer, and its trace where that is recorded.
pub async fn watched<T>(origin: Origin, request: impl Future<Output = T>) -> (T, Option<Trace>) {
    let (spans, own) = (origin.recorded.then(Mutex::default), origin.own);
    let shared = Arc::new(Shared { origin, began: Instant::now(), made: AtomicU64::new(0), spans });
    let answer = HERE.scope(Here { trace: shared.clone(), span: own }, request).await;
    let Shared { origin, began, spans, .. } = &*shared;
    let trace = spans.as_ref().map(|spans| Trace {
        trace: origin.trace,
        span: own,
        parent: origin.caller.map(|caller| caller.span),
        request_id: origin.request_id.clone(),
        took: began.elapsed(),
        spans: std::mem::take(&mut *spans.lock().expect("no holder of this lock panics")),
    });
    (answer, trace)
}

/// Does a part of a request as a span below the one at hand; outside of a request it is only done.
pub async fn inner<T>(name: &'static str, part: impl Future<Output = T>) -> T {
    spanned(name, false, part, |_| false).await
}

/// The same where a server is asked.
pub async fn client<T, E>(component: &'static str, asking: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    spanned(component, true, asking, Result::is_err).await
}

/// Takes the request at hand along, for a part of it that goes on beside.
pub(crate) fn carried<T>(part: impl Future<Output = T>) -> impl Future<Output = T> {
    let here = HERE.try_with(Clone::clone);
    async move {
        match here {
            Ok(here) => HERE.scope(here, part).await,
            Err(_) => part.await,
        }
    }
}

async fn spanned<T>(
    name: &'static str,
    client: bool,
    part: impl Future<Output = T>,
    failed: impl FnOnce(&T) -> bool,
) -> T {
    let Ok(Here { trace, span: parent }) = HERE.try_with(Clone::clone) else { return part.await };
    let id = trace.origin.own.next(trace.made.fetch_add(1, Ordering::Relaxed));
    let began = trace.began.elapsed();
    let done = HERE.scope(Here { trace: trace.clone(), span: id }, part).await;
    if let Some(spans) = &trace.spans {
        let took = trace.began.elapsed().saturating_sub(began);
        let mut spans = spans.lock().expect("no holder of this lock panics");
        if spans.len() < MOST_SPANS {
            spans.push(Span { id, parent, name, client, began, took, failed: failed(&done) });
        }
    }
    done
}

/// What is to be sent along from here; nothing outside of a request.
pub fn outgoing() -> Option<Outgoing> {
    let of = |Here { trace, span }: &Here| Outgoing {
        request_id: trace.origin.request_id.clone(),
        traceparent: Traceparent { trace: trace.origin.trace, span: *span, sampled: trace.sampled() },
    };
    HERE.try_with(of).ok()
}

impl Shared {
    /// What the caller said; without one what is done here.
    fn sampled(&self) -> bool {
        self.origin.caller.map_or(self.spans.is_some(), |caller| caller.sampled)
    }
}
