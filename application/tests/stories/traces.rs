//! The trace of a request: its parts below one another, side by side or not, and what goes out from each.

use application::trace::{InvalidTraceparent, Origin, SpanId, Trace, Traceparent, client, inner, outgoing, watched};
use uuid::Uuid;

const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn origin(caller: Option<&str>) -> Origin {
    let caller = caller.map(|caller| Traceparent::parse(caller).unwrap());
    Origin::new("r-1", caller, Uuid::from_u128(7), true)
}

async fn asked(component: &'static str) -> Traceparent {
    let asking = async {
        tokio::task::yield_now().await;
        Ok::<_, ()>(outgoing().unwrap().traceparent)
    };
    client(component, asking).await.unwrap()
}

fn parent(trace: &Trace, of: SpanId) -> SpanId {
    trace.spans.iter().find(|span| span.id == of).unwrap().parent
}

#[tokio::test]
async fn parts_are_below_the_part_that_they_belong_to_also_side_by_side() {
    let request = async {
        let one = inner("ledger", async { tokio::join!(asked("postgres"), asked("redis")) });
        let other = inner("policy", asked("opa"));
        tokio::join!(one, other)
    };
    let (((postgres, redis), opa), trace) = watched(origin(Some(CALLER)), request).await;
    let trace = trace.unwrap();
    let of = |name| trace.spans.iter().find(|span| span.name == name).unwrap();
    for (sent, stage) in [(postgres, "ledger"), (redis, "ledger"), (opa, "policy")] {
        assert_eq!((sent.trace, sent.sampled), (trace.trace, true));
        assert_eq!(parent(&trace, sent.span), of(stage).id);
        assert_eq!(of(stage).parent, trace.span);
    }
    assert_eq!(Traceparent { trace: trace.trace, span: trace.parent.unwrap(), sampled: true }.to_string(), CALLER);
    let ids: std::collections::HashSet<SpanId> = trace.spans.iter().map(|span| span.id).chain([trace.span]).collect();
    assert_eq!(ids.len(), 6);
}

#[tokio::test]
async fn what_nobody_wants_or_the_caller_does_not_record_is_passed_on_and_not_kept() {
    let unrecorded = format!("{}00", &CALLER[..CALLER.len() - 2]);
    let unwanted = Origin::new("r-1", Some(Traceparent::parse(CALLER).unwrap()), Uuid::from_u128(7), false);
    for (origin, sampled) in [(origin(Some(&unrecorded)), false), (unwanted, true)] {
        let (sent, trace) = watched(origin, asked("opa")).await;
        assert_eq!((sent.sampled, sent.to_string().starts_with(&CALLER[..36])), (sampled, true));
        assert!(trace.is_none());
    }
}

#[tokio::test]
async fn without_a_caller_a_trace_begins_and_outside_of_a_request_there_is_none() {
    assert_eq!(outgoing(), None);
    assert_eq!(inner("ledger", async { 7 }).await, 7);
    let (sent, trace) = watched(origin(None), async { outgoing().unwrap() }).await;
    let trace = trace.unwrap();
    assert_eq!((trace.parent, trace.spans.len(), sent.request_id.as_str()), (None, 0, "r-1"));
    assert_eq!((sent.traceparent.trace, sent.traceparent.span), (trace.trace, trace.span));
    let (_, below) = watched(Origin::below("r-1", sent.traceparent, true), async {}).await;
    let below = below.unwrap();
    assert_eq!((below.trace, below.parent), (trace.trace, Some(trace.span)));
    assert_ne!(below.span, trace.span);
}

#[tokio::test]
async fn what_failed_is_said() {
    let request = async {
        client("redis", async { Err::<(), _>("away") }).await.unwrap_err();
        client("redis", async { Ok::<_, &str>(()) }).await.unwrap();
    };
    let (_, trace) = watched(origin(None), request).await;
    let failed: Vec<bool> = trace.unwrap().spans.iter().map(|span| span.failed).collect();
    assert_eq!(failed, [true, false]);
}

#[test]
fn only_what_has_the_form_is_a_traceparent() {
    assert_eq!(Traceparent::parse(CALLER).unwrap().to_string(), CALLER);
    for text in [
        "",
        "00",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473+-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
    ] {
        assert_eq!(Traceparent::parse(text), Err(InvalidTraceparent), "{text}");
    }
}
