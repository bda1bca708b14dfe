//! The resources of the service, and its document.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Instant;

use application::ports::long_term::{Entry, LongTermMemory};
use domain::tenant::Tenant;
use poem::endpoint::{BoxEndpoint, make_sync};
use poem::http::Method;
use poem::middleware::CatchPanic;
use poem::{Endpoint, EndpointExt, Response, Route};
use poem_openapi::param::Path;
use poem_openapi::payload::PlainText;
use poem_openapi::registry::{MetaApi, Registry};
use poem_openapi::{ApiResponse, OpenApi, OpenApiService, Tags};

use super::Config;
use super::authentication::{Authenticated, Token};
use super::counters::Counters;
use super::front::Front;
use super::health::{HealthAnswer, HealthBody};
use super::payload::Json;
use super::problem::{Problem, ProblemKind};
use crate::MOST_ENTRIES;
use crate::wire::{CandidatesWire, CueWire, EntriesWire, InvalidWire, PositionWire, ServiceWire, name_of};

const DESCRIPTION: &str = "\
The long-term memory of a SomaBrain: told by entries of its ledger, asked by cues. Bodies are JSON, whatever the \
`Content-Type` says; times are microseconds since 1970 in UTC; numbers come back to the last bit, and whole numbers in \
metadata have up to 128 bits. Errors are problem documents (RFC 9457). Client and server may be a version apart: fields \
that are not known are passed over, but for those of a filter, and fields that came later need not be there.";

/// What the operations are about.
#[derive(Tags)]
enum Topic {
    /// Telling and asking.
    Memories,
    /// Health and metrics.
    Operations,
}

/// The resources, in front of an engine.
struct Api<L> {
    engine: Arc<L>,
    counters: Arc<Counters>,
    version: String,
}

#[derive(ApiResponse)]
enum AppliedAnswer {
    /// Applied and kept.
    #[oai(status = 200)]
    Applied(Json<PositionWire>),
}

#[derive(ApiResponse)]
enum PositionAnswer {
    /// How far the tenant's entries were applied.
    #[oai(status = 200)]
    Position(Json<PositionWire>),
}

#[derive(ApiResponse)]
enum ServiceAnswer {
    /// Who answers.
    #[oai(status = 200)]
    Named(Json<ServiceWire>),
}

#[derive(ApiResponse)]
enum SearchAnswer {
    /// What was found, the best first.
    #[oai(status = 200)]
    Found(Json<CandidatesWire>),
}

#[derive(ApiResponse)]
enum LiveAnswer {
    /// The process lives.
    #[oai(status = 200)]
    Alive(PlainText<&'static str>),
}

#[derive(ApiResponse)]
enum MetricsAnswer {
    /// The metrics so far.
    #[oai(status = 200, content_type = "text/plain; version=0.0.4")]
    Exposition(PlainText<String>),
}

#[OpenApi]
impl<L: LongTermMemory + 'static> Api<L> {
    /// Apply entries
    ///
    /// At most 1,000, in their order. What was applied before, or is older than what is there, changes nothing and
    /// succeeds. When it has answered, the entries are kept and found by the next search.
    #[oai(path = "/v1/tenants/:tenant/memories", method = "post", operation_id = "apply", tag = "Topic::Memories")]
    async fn apply(
        &self,
        _call: Authenticated,
        /// Whose memories they are.
        tenant: Path<String>,
        entries: Json<EntriesWire>,
    ) -> Result<AppliedAnswer, Problem> {
        let tenant = named(&tenant)?;
        let entries = read_entries(entries.0, &tenant)?;
        let service = name_of(self.engine.apply(&tenant, &entries).await?);
        let position = self.engine.position(&tenant).await?.0;
        Ok(AppliedAnswer::Applied(Json(PositionWire { position, service })))
    }

    /// Search
    ///
    /// The candidates for a cue with their raw signals, the best by the cue's weights first.
    #[oai(path = "/v1/tenants/:tenant/search", method = "post", operation_id = "search", tag = "Topic::Memories")]
    async fn search(
        &self,
        _call: Authenticated,
        /// Whose memories are searched.
        tenant: Path<String>,
        cue: Json<CueWire>,
    ) -> Result<SearchAnswer, Problem> {
        let cue = cue.0.of(named(&tenant)?)?;
        let found = self.engine.search(&cue).await?;
        Ok(SearchAnswer::Found(Json(CandidatesWire::from(&found))))
    }

    /// See how far entries were applied
    ///
    /// The highest place of the tenant that was applied; 0 before the first.
    #[oai(path = "/v1/tenants/:tenant/position", method = "get", operation_id = "position", tag = "Topic::Memories")]
    async fn position(
        &self,
        _call: Authenticated,
        /// Whose entries.
        tenant: Path<String>,
    ) -> Result<PositionAnswer, Problem> {
        let position = self.engine.position(&named(&tenant)?).await?.0;
        let service = name_of(self.engine.service().await?);
        Ok(PositionAnswer::Position(Json(PositionWire { position, service })))
    }

    /// See who answers
    ///
    /// The name of the service, in every answer about memories too: behind one address another service may stand later.
    /// 404 where it has none.
    #[oai(path = "/v1/service", method = "get", operation_id = "service", tag = "Topic::Memories")]
    async fn service(&self, _call: Authenticated) -> Result<ServiceAnswer, Problem> {
        let service = name_of(self.engine.service().await?);
        let service = service.ok_or_else(|| Problem::new(ProblemKind::NotFound, "this service has no name"))?;
        Ok(ServiceAnswer::Named(Json(ServiceWire { service })))
    }

    /// Forget everything
    ///
    /// Every entry of every tenant and their positions, for a ledger that was restored from a backup: it tells everything
    /// anew.
    #[oai(path = "/v1/memories", method = "delete", operation_id = "clear", tag = "Topic::Memories")]
    async fn clear(&self, _call: Authenticated) -> Result<PositionAnswer, Problem> {
        self.engine.clear().await?;
        Ok(PositionAnswer::Position(Json(PositionWire { position: 0 })))
    }

    /// See how the service is
    ///
    /// Asks the engine whether it could keep an entry now.
    #[oai(path = "/health", method = "get", operation_id = "health", tag = "Topic::Operations")]
    async fn health(&self) -> HealthAnswer {
        let began = Instant::now();
        let tenant = Tenant::try_new("health").expect("letters are a name");
        // Applying nothing goes as far as applying does.
        let engine = self.engine.apply(&tenant, &[]).await.map(drop);
        HealthBody::new(&self.version, engine, began.elapsed()).into()
    }

    /// Is the process alive?
    ///
    /// Touches nothing.
    #[oai(path = "/livez", method = "get", operation_id = "livez", tag = "Topic::Operations")]
    async fn livez(&self) -> LiveAnswer {
        LiveAnswer::Alive(PlainText("ok"))
    }

    /// Read the metrics
    ///
    /// In the Prometheus text format.
    #[oai(path = "/metrics", method = "get", operation_id = "metrics", tag = "Topic::Operations")]
    async fn metrics(&self) -> MetricsAnswer {
        MetricsAnswer::Exposition(PlainText(self.counters.exposition()))
    }
}

fn named(tenant: &str) -> Result<Tenant, Problem> {
    Tenant::try_new(tenant).map_err(|broken| InvalidWire::new("tenant", broken).into())
}

fn read_entries(wire: EntriesWire, tenant: &Tenant) -> Result<Vec<Entry>, Problem> {
    if wire.entries.len() > MOST_ENTRIES {
        return Err(InvalidWire::new("entries", format_args!("at most {MOST_ENTRIES} in one request")).into());
    }
    let entry = |(nth, entry): (usize, crate::wire::EntryWire)| {
        entry.of(tenant).map_err(|invalid| Problem::from(invalid.within(&format!("entries[{nth}]"))))
    };
    wire.entries.into_iter().enumerate().map(entry).collect()
}

/// Everything put together.
pub(super) fn endpoint<L: LongTermMemory + 'static>(
    engine: Arc<L>,
    config: Config,
) -> impl Endpoint<Output = Response> + 'static {
    let counters = Arc::new(Counters::default());
    let Config { token, version, traces } = config;
    let service = service(Api { engine, counters: counters.clone(), version });
    let document = service.spec();
    let routes = Route::new()
        .at("/openapi.json", make_sync(move |_| json(&document)))
        .nest_no_strip("/", service)
        .map_to_response()
        .data(Arc::new(Token::new(token)))
        .with(CatchPanic::new().with_handler(|_| Problem::new(ProblemKind::Internal, "a handler panicked")))
        .map_to_response();
    Front::new(routes, counters, traces)
}

/// The service's OpenAPI document: pretty JSON that is the same for every build of one version and every engine.
pub fn document() -> String {
    service(Described::<Api<crate::MemoryService>>(PhantomData)).spec()
}

fn service<T: OpenApi>(resources: T) -> OpenApiService<T, ()> {
    OpenApiService::new(resources, "SomaBrain memory service", env!("CARGO_PKG_VERSION")).description(DESCRIPTION)
}

fn json(document: &str) -> Response {
    Response::builder().content_type("application/json").body(document.to_owned())
}

/// The description of resources without the resources.
struct Described<T>(PhantomData<T>);

impl<T: OpenApi> OpenApi for Described<T> {
    fn meta() -> Vec<MetaApi> {
        T::meta()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn add_routes(self, _routes: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {}
}
