//! How the API serves, whatever the profile.

use anyhow::Result;
use application::brain;
use application::call::Caller;
use application::trace::Sink;
use domain::index::lens::Lens;
use domain::tenant::Tenant;

use crate::encoder::TextEncoder;
use crate::keys;
use crate::settings::{Mode, Settings};

/// How the use cases are tuned.
pub(crate) fn tuning(settings: &Settings, encoder: &TextEncoder) -> brain::Settings {
    let lens = Lens { table: Some(encoder.table()), ways: settings.ways };
    let (weights, abstain_below, quotas) = (settings.weights, settings.abstain_below, settings.quotas);
    brain::Settings { weights, abstain_below, quotas, lens }
}

/// How the API serves under these settings.
pub(crate) fn http_config(settings: &Settings) -> Result<somabrain_http::Config> {
    let development = settings.mode == Mode::Development;
    Ok(somabrain_http::Config {
        bind: settings.address,
        mode: if development { somabrain_http::Mode::Development } else { somabrain_http::Mode::Production },
        anonymous: development.then(local_caller),
        limits: somabrain_http::Limits { slow: settings.slow, ..somabrain_http::Limits::default() },
        cursor_key: keys::cursor_key(settings)?,
        version: version(),
        traces: Sink::default(),
    })
}

/// Who a call without a token is in development mode, and who the owner of the folder is on the command line.
pub(crate) fn local_caller() -> Caller {
    Caller {
        tenant: Tenant::try_new("local").expect("a short plain word"),
        subject: "local".into(),
        roles: vec!["admin".into()],
    }
}

pub(crate) fn version() -> String {
    concat!("v", env!("CARGO_PKG_VERSION")).into()
}
