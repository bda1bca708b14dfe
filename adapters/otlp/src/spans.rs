//! A request's trace as spans of OpenTelemetry, with the names of its semantic conventions.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use application::trace::{self, Finished, Kind};
use domain::time::Timestamp;
use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

/// The span of the request, which has ended just now, and those of its parts.
pub(crate) fn of(finished: Finished, now: Timestamp) -> Vec<SpanData> {
    let Finished { trace, name, kind, tenant, status, failed } = finished;
    let scope = InstrumentationScope::builder("somabrain").build();
    let began = moment(now).checked_sub(trace.took).unwrap_or(UNIX_EPOCH);
    let id = TraceId::from_bytes(trace.trace.to_bytes());
    let span = |own: trace::SpanId, parent: Option<trace::SpanId>, remote| {
        let context = SpanContext::new(id, span_id(own), TraceFlags::SAMPLED, false, TraceState::default());
        (context, parent.map_or(SpanId::INVALID, span_id), remote)
    };
    let make = |(span_context, parent_span_id, parent_span_is_remote), name: &str, from, took, span_kind, status| {
        let start_time = began + from;
        SpanData {
            span_context,
            parent_span_id,
            parent_span_is_remote,
            span_kind,
            name: name.to_owned().into(),
            start_time,
            end_time: start_time + took,
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status,
            instrumentation_scope: scope.clone(),
        }
    };
    let outcome = |failed| if failed { Status::error("") } else { Status::Unset };
    let kind = match kind {
        Kind::Server => SpanKind::Server,
        Kind::Internal => SpanKind::Internal,
    };
    let whole = span(trace.span, trace.parent, trace.parent.is_some());
    let mut whole = make(whole, &name, Duration::ZERO, trace.took, kind, outcome(failed));
    whole.attributes.push(KeyValue::new("somabrain.request_id", trace.request_id));
    whole.attributes.extend(tenant.map(|tenant| KeyValue::new("somabrain.tenant", tenant)));
    whole.attributes.extend(status.map(|status| KeyValue::new("http.response.status_code", i64::from(status))));
    let mut spans = Vec::with_capacity(trace.spans.len() + 1);
    for part in trace.spans {
        let kind = if part.client { SpanKind::Client } else { SpanKind::Internal };
        let place = span(part.id, Some(part.parent), false);
        let mut made = make(place, part.name, part.began, part.took, kind, outcome(part.failed));
        if part.client {
            made.attributes.push(KeyValue::new("peer.service", part.name));
        }
        spans.push(made);
    }
    spans.push(whole);
    spans
}

fn span_id(id: trace::SpanId) -> SpanId {
    SpanId::from_bytes(id.to_bytes())
}

fn moment(at: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(u64::try_from(at.micros()).unwrap_or_default())
}
