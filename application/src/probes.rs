//! Probes, shared: anybody may ask for health, and no server is asked more often for that.
//!
//! Of each component at most one probe is under way; whoever asks meanwhile gets its result. Who asks now and then gets a
//! result of that moment; where many ask, one probe a second answers them all. A probe goes on beside the requests that
//! wait for it, so that none of them ends it by hanging up.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::rate::{Rate, Verdict};
use domain::time::Timestamp;
use tokio::sync::watch;

use crate::ports::system::System;
use crate::ports::{Component, Ports, Standing};

/// Probes of a component a second, where many ask.
const PER_SECOND: f64 = 1.0;
/// Probes of a component at once before that: those of one who looks on while something comes and goes.
const BURST: u32 = 10;

/// The last probe of each component.
#[derive(Debug)]
pub(crate) struct Probes {
    rate: Rate,
    last: Mutex<HashMap<&'static str, Probe>>,
}

/// A probe that is under way or over.
#[derive(Debug)]
struct Probe {
    /// The state of the rate.
    arrival: Timestamp,
    found: watch::Receiver<Option<Component>>,
}

impl Default for Probes {
    fn default() -> Self {
        let rate = Rate::try_new(PER_SECOND, BURST).expect("both are within their limits");
        Self { rate, last: Mutex::default() }
    }
}

impl Probes {
    /// How a component is: by the probe that is under way, by the last one where it was asked for too often, by one of
    /// its own otherwise.
    pub(crate) async fn ask<P: Ports>(&self, ports: &Arc<P>, on: Standing) -> Component {
        let mut found = self.found(ports, on);
        let component = found.wait_for(Option::is_some).await.ok().and_then(|found| found.clone());
        component.unwrap_or_else(|| on.found(Err("the probe ended without an answer".into()), Duration::ZERO))
    }

    fn found<P: Ports>(&self, ports: &Arc<P>, on: Standing) -> watch::Receiver<Option<Component>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let before = last.get(on.name);
        // One whose sender is gone without a result was lost with its task.
        if let Some(probe) = before
            && probe.found.borrow().is_none()
            && probe.found.has_changed().is_ok()
        {
            return probe.found.clone();
        }
        match (self.rate.ask(before.map(|probe| probe.arrival), ports.system().now(), 1), before) {
            (Verdict::Refused { next, .. }, Some(probe)) => {
                let found = probe.found.clone();
                // What a clock that was set back waits for is bounded by what is kept here.
                last.insert(on.name, Probe { arrival: next, found: found.clone() });
                found
            }
            (Verdict::Granted { next, .. } | Verdict::Refused { next, .. }, _) => {
                let found = begin(ports, on);
                last.insert(on.name, Probe { arrival: next, found: found.clone() });
                found
            }
        }
    }
}

/// A probe of its own, beside whoever asked for it.
fn begin<P: Ports>(ports: &Arc<P>, on: Standing) -> watch::Receiver<Option<Component>> {
    let (tell, found) = watch::channel(None);
    let asking = Arc::clone(ports);
    ports.beside(Box::pin(async move {
        let component = asking.probe(on).await;
        if let Err(error) = &component.status {
            tracing::error!(component = component.name, error = %error, "health: component is unhealthy");
        }
        tell.send_replace(Some(component));
    }));
    found
}
