//! The list as a stream: one memory a line, read page by page as the caller takes it.

use std::io;

use application::brain::Brain;
use application::call::Call;
use application::ports::Ports;
use application::ports::ledger::Listed;
use application::use_cases::read::{List, ReadError};
use bytes::Bytes;
use domain::tenant::Tenant;
use futures_util::stream::{self, StreamExt};
use poem::{Body, IntoResponse, Response};
use poem_openapi::payload::Payload;
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::Type;

use crate::problem::{Problem, ProblemKind};
use crate::shares::{Share, Shares};
use crate::wire::memory::MemoryBody;

/// The media type of one JSON document a line.
pub(crate) const NDJSON: &str = "application/x-ndjson";

/// Memories that are read from the ledger at a time.
const PAGE: usize = 500;

/// When to try again where a tenant has as many exports as it may.
const RETRY_SECONDS: u64 = 5;

/// Exports of a tenant at once.
const AT_ONCE: usize = 8;

/// The exports that are being sent.
#[derive(Debug, Clone)]
pub(crate) struct Exports(Shares);

impl Default for Exports {
    fn default() -> Self {
        Self(Shares::new(AT_ONCE))
    }
}

impl Exports {
    /// A place for one more.
    ///
    /// # Errors
    /// 429 where the tenant has as many as it may.
    fn take(&self, tenant: &Tenant) -> Result<Share, Problem> {
        let detail = format_args!("{AT_ONCE} exports of this tenant are being sent, which is the most");
        let full = || Problem::new(ProblemKind::TooManyRequests, detail).retry_after(RETRY_SECONDS);
        self.0.take(tenant).ok_or_else(full)
    }
}

/// A stream of memories, one JSON object a line.
pub(crate) struct Export(Body);

impl Export {
    /// Reads the first page, so that a refusal is still a status, and streams it and the rest.
    pub(crate) async fn begin<P: Ports>(
        brain: Brain<P>,
        exports: &Exports,
        call: Call,
        query: List,
    ) -> Result<Self, Problem> {
        let place = exports.take(&call.caller.tenant)?;
        let query = List { limit: PAGE, ..query };
        let first = brain.list(&call, query.clone()).await?;
        let rest = stream::try_unfold(
            (brain, call, query, first.next, place),
            |(brain, call, mut query, next, place)| async move {
                let Some(next) = next else { return Ok(None) };
                query.after = next;
                let page = brain.list(&call, query.clone()).await.map_err(|error| cut(&call, &error))?;
                let lines = lines(&page)?;
                Ok::<_, io::Error>(Some((lines, (brain, call, query, page.next, place))))
            },
        );
        let first = stream::once(async move { lines(&first) });
        Ok(Self(Body::from_bytes_stream(first.chain(rest))))
    }
}

/// The connection ends here: a stream cut in the middle cannot be taken for a whole one.
fn cut(call: &Call, error: &ReadError) -> io::Error {
    tracing::error!(request_id = %call.request_id, error = %error, "an export was cut");
    io::Error::other("the export was cut")
}

fn lines(page: &Listed) -> io::Result<Bytes> {
    let mut lines = Vec::new();
    for memory in &page.memories {
        serde_json::to_writer(&mut lines, &MemoryBody::from(&**memory))?;
        lines.push(b'\n');
    }
    Ok(lines.into())
}

impl Payload for Export {
    const CONTENT_TYPE: &'static str = NDJSON;

    fn schema_ref() -> MetaSchemaRef {
        MemoryBody::schema_ref()
    }

    fn register(registry: &mut Registry) {
        MemoryBody::register(registry);
    }
}

impl IntoResponse for Export {
    fn into_response(self) -> Response {
        Response::builder().content_type(NDJSON).body(self.0)
    }
}
