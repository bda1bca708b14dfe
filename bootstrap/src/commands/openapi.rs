//! `somabrain openapi`: the API's document, as it is checked in under `openapi/`.

use clap::Args;
use somabrain_inprocess::InProcess;

/// Prints the OpenAPI document.
#[derive(Debug, Args)]
pub(crate) struct Openapi {
    /// The document of the memory service instead of that of the API.
    #[cfg(feature = "networked")]
    #[arg(long)]
    memory_service: bool,
}

/// Runs the command. The document is the same in every profile.
pub(crate) fn run(args: &Openapi) {
    #[cfg(feature = "networked")]
    if args.memory_service {
        println!("{}", somabrain_memory_service::server::document().trim_end());
        return;
    }
    let Openapi { .. } = args;
    println!("{}", somabrain_http::openapi_document::<InProcess>().trim_end());
}
