//! `somabrain openapi`: the API's document, as it is checked in under `openapi/`.

use crate::embedded::Embedded;

/// Runs the command.
pub(crate) fn run() {
    println!("{}", somabrain_http::openapi_document::<Embedded>().trim_end());
}
