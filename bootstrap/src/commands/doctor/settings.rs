//! The settings: whether the API would be served with them.

use super::report::Report;
use crate::settings::Settings;

const COMPONENT: &str = "settings";

pub(super) fn examine(settings: &Settings, unknown: &[String], report: &mut Report) {
    match settings.validate_for_serving() {
        Ok(()) => report.ok(COMPONENT, format!("{} mode on {}", settings.mode.as_str(), settings.address)),
        Err(error) => report.wrong(COMPONENT, format!("{error:#}"), "`somabrain check-config` lists every setting"),
    }
    for unknown in unknown {
        report.note(COMPONENT, unknown, "correct it or remove it: it does nothing");
    }
}
