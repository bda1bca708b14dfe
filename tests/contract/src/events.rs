//! Suite of [`application::ports::events`]: what is published is there, in order.
//!
//! Every case takes `published`: how to read what the adapter has published of a tenant, at least once each.

use application::ports::events::{Event, Events};
use domain::audit::Seal;
use domain::tenant::{Namespace, Tenant};

use crate::memories::*;

crate::suite! { ($) events:
    every_field_comes_through,
    what_is_published_is_there_when_it_returns,
    events_of_a_tenant_keep_their_order,
    nothing_published_is_no_event,
    tenants_are_told_apart,
}

fn event(tenant: Tenant, number: u64) -> Event {
    Event {
        tenant,
        number,
        at: second(i64::try_from(number).expect("a small number")),
        subject: "ada \u{1f9e0}".into(),
        action: "memory:remember".into(),
        namespace: Some(Namespace::default()),
        resource: "memory".into(),
        outcome: "done".into(),
        memories: vec![id(1), id(u128::from(number))],
        request_id: "request-1".into(),
        traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".into()),
        seal: Seal([u8::try_from(number % 256).expect("below 256"); 32]),
    }
}

fn of_acme(from: u64, to: u64) -> Vec<Event> {
    (from..=to).map(|number| event(acme(), number)).collect()
}

/// Without a namespace and without memories too.
pub async fn every_field_comes_through<E: Events>(events: &E, published: impl AsyncFn(&E, &Tenant) -> Vec<Event>) {
    let bare = Event {
        namespace: None,
        memories: Vec::new(),
        traceparent: None,
        action: "session:end".into(),
        ..event(acme(), 2)
    };
    let all = [event(acme(), 1), bare];
    events.publish(&all).await.expect("published");
    assert_eq!(published(events, &acme()).await, all);
}

/// Call by call.
pub async fn what_is_published_is_there_when_it_returns<E: Events>(
    events: &E,
    published: impl AsyncFn(&E, &Tenant) -> Vec<Event>,
) {
    for seq in 1..=5 {
        events.publish(&of_acme(seq, seq)).await.expect("published");
        assert_eq!(published(events, &acme()).await.last(), Some(&event(acme(), seq)));
    }
}

/// Over several calls of several sizes.
pub async fn events_of_a_tenant_keep_their_order<E: Events>(
    events: &E,
    published: impl AsyncFn(&E, &Tenant) -> Vec<Event>,
) {
    for (from, to) in [(1, 20), (21, 21), (22, 100)] {
        events.publish(&of_acme(from, to)).await.expect("published");
    }
    assert_eq!(published(events, &acme()).await, of_acme(1, 100));
}

/// And no error.
pub async fn nothing_published_is_no_event<E: Events>(events: &E, published: impl AsyncFn(&E, &Tenant) -> Vec<Event>) {
    events.publish(&[]).await.expect("published");
    assert_eq!(published(events, &acme()).await, []);
}

/// However they are mixed.
pub async fn tenants_are_told_apart<E: Events>(events: &E, published: impl AsyncFn(&E, &Tenant) -> Vec<Event>) {
    let mixed: Vec<Event> =
        (1..=20).map(|seq| event(if seq % 3 == 0 { tenant("other") } else { acme() }, seq)).collect();
    events.publish(&mixed).await.expect("published");
    for one in [acme(), tenant("other")] {
        let expected: Vec<Event> = mixed.iter().filter(|event| event.tenant == one).cloned().collect();
        assert_eq!(published(events, &one).await, expected);
    }
}
