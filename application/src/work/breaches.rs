//! Density matrices that broke a law: counted in the operators' names, and logged with what was found and done.

use domain::density::check::InvariantViolation;

use crate::brain::Brain;
use crate::ports::Ports;
use crate::ports::density::{Breach, DensityStore, Remedy, Renewed};
use crate::ports::metrics::{Measurement, Metrics};

impl<P: Ports> Brain<P> {
    /// Tells of the breaches that the store found since the last time.
    pub(crate) fn tell_breaches(&self) {
        for breach in self.ports.density().breaches() {
            count(self.ports.metrics(), &breach.broken);
            log(&breach);
        }
    }
}

/// A matrix counts once under each name that it concerns. One that nobody wrote so counts as one whose trace is off: nothing
/// about it can be trusted.
fn count(metrics: &impl Metrics, broken: &[InvariantViolation]) {
    if broken.iter().any(is_psd) {
        metrics.record(Measurement::DensityPsdClip);
    }
    if !broken.iter().all(is_psd) || broken.is_empty() {
        metrics.record(Measurement::DensityTraceError);
    }
}

fn is_psd(violation: &InvariantViolation) -> bool {
    match violation {
        InvariantViolation::NotPositive(_) | InvariantViolation::NoSpectrum => true,
        InvariantViolation::Trace(_) | InvariantViolation::Entry(_) | InvariantViolation::Shape { .. } => false,
    }
}

fn log(Breach { tenant, namespace, broken, remedy }: &Breach) {
    let broken: Vec<String> = broken.iter().map(ToString::to_string).collect();
    let broken =
        if broken.is_empty() { "is not what was written: no invariant counts".into() } else { broken.join("; ") };
    match remedy {
        Remedy::Mended => {
            tracing::warn!(%tenant, %namespace, %broken, "a density matrix broke an invariant and was repaired by projection");
        }
        Remedy::Replaced(Renewed { snapshot: Some(snapshot), unmerged }) => tracing::error!(
            %tenant, %namespace, %broken, unmerged, snapshot = %snapshot.taken, observations = snapshot.observations,
            "a density matrix broke an invariant and was replaced by its snapshot; what came after is folded again"
        ),
        Remedy::Replaced(Renewed { snapshot: None, unmerged }) => tracing::error!(
            %tenant, %namespace, %broken, unmerged,
            "a density matrix broke an invariant and begins anew: it has no snapshot; its memories are folded again"
        ),
    }
}
