//! The certificate that clients are shown: for how long it is good.

use application::ports::system::System;
use somabrain_inprocess::SystemClock;

use super::report::Report;
use crate::settings::Settings;

const COMPONENT: &str = "tls";
/// A certificate that has less time left should have been renewed, in seconds.
const SOON: i64 = 14 * 24 * 3600;

/// Says nothing where it is spoken to in the clear, and where the files do not fit, which is a matter of the settings.
pub(super) fn examine(settings: &Settings, report: &mut Report) {
    let Ok(Some(identity)) = settings.tls.identity() else { return };
    let until = identity.expires();
    if until <= SystemClock.now().plus_seconds(SOON) {
        let advice = "renew it: the files are read again within ten seconds, without a restart";
        report.note(COMPONENT, format!("clients are shown a certificate until {until} only"), advice);
    } else {
        report.ok(COMPONENT, format!("clients are shown a certificate until {until}"));
    }
}
