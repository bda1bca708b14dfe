//! The whole API put together: resources, documents, and the front before them.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::Arc;

use application::brain::Brain;
use application::ports::Ports;
use poem::endpoint::{BoxEndpoint, make_sync};
use poem::http::Method;
use poem::web::Html;
use poem::{Endpoint, EndpointExt, Response, Route};
use poem_openapi::registry::{MetaApi, Registry};
use poem_openapi::{OpenApi, OpenApiService, Tags};

use crate::audit::AuditApi;
use crate::config::Config;
use crate::cursor::Cursors;
use crate::density::DensityApi;
use crate::export::Exports;
use crate::feedback::FeedbackApi;
use crate::front::{Front, Stopping};
use crate::links::LinksApi;
use crate::list::ListApi;
use crate::maintenance::MaintenanceApi;
use crate::memories::MemoryApi;
use crate::namespaces::NamespacesApi;
use crate::operations::OperationsApi;
use crate::plan::PlanApi;
use crate::recall::RecallApi;
use crate::remember::RememberApi;
use crate::sessions::SessionsApi;

const DESCRIPTION: &str = "\
Cognitive memory for AI agents: remember what was said and happened, recall what answers a question, plan from what is \
known. Bodies are JSON, whatever the `Content-Type` says; times are RFC 3339 in UTC with microseconds; errors are \
problem documents (RFC 9457) that name the fields that are not valid. Every answer carries `x-request-id`, taken over \
from the request if given.";

/// What the operations are about.
#[derive(Tags)]
pub(crate) enum Topic {
    /// Storing, finding, reading, changing, linking and erasing memories.
    Memories,
    /// Planning from memories.
    Plans,
    /// What a conversation has in mind.
    Sessions,
    /// The parts of a tenant's memories.
    Namespaces,
    /// Health, probes, metrics, and what operators see and do.
    Operations,
}

/// The API of a brain as one endpoint, and the switch that makes its readiness fail when the service stops.
pub fn api<P: Ports>(brain: Brain<P>, config: Config) -> (impl Endpoint<Output = Response> + 'static, Stopping) {
    let (config, stopping) = (Arc::new(config), Stopping::default());
    let service = service(resources(&brain, &config, &stopping));
    let (document, page) = (service.spec(), service.swagger_ui_html());
    let routes = Route::new()
        .at("/openapi.json", make_sync(move |_| json(&document)))
        .at("/docs", make_sync(move |_| Html(page.clone())))
        .nest_no_strip("/", service)
        .map_to_response();
    (Front::new(brain, config, stopping.clone(), routes), stopping)
}

/// The OpenAPI document: pretty JSON that is the same for every build of one version and every bundle of ports, without
/// any server's address.
pub fn openapi_document<P: Ports>() -> String {
    service(Described::<Resources<P>>(PhantomData)).spec()
}

fn json(document: &str) -> Response {
    Response::builder().content_type("application/json").body(document.to_owned())
}

fn service<T: OpenApi>(resources: T) -> OpenApiService<T, ()> {
    OpenApiService::new(resources, "SomaBrain", env!("CARGO_PKG_VERSION")).description(DESCRIPTION)
}

type Resources<P> = (
    RememberApi<P>,
    RecallApi<P>,
    FeedbackApi<P>,
    PlanApi<P>,
    ListApi<P>,
    MemoryApi<P>,
    LinksApi<P>,
    SessionsApi<P>,
    NamespacesApi<P>,
    DensityApi<P>,
    AuditApi<P>,
    MaintenanceApi<P>,
    OperationsApi<P>,
);

fn resources<P: Ports>(brain: &Brain<P>, config: &Arc<Config>, stopping: &Stopping) -> Resources<P> {
    (
        RememberApi(brain.clone()),
        RecallApi(brain.clone()),
        FeedbackApi(brain.clone()),
        PlanApi(brain.clone()),
        ListApi { brain: brain.clone(), cursors: Cursors::new(config.cursor_key), exports: Exports::default() },
        MemoryApi { brain: brain.clone(), cursors: Cursors::new(config.cursor_key) },
        LinksApi(brain.clone()),
        SessionsApi(brain.clone()),
        NamespacesApi(brain.clone()),
        DensityApi(brain.clone()),
        AuditApi { brain: brain.clone(), cursors: Cursors::new(config.cursor_key) },
        MaintenanceApi(brain.clone()),
        OperationsApi { brain: brain.clone(), config: config.clone(), stopping: stopping.clone() },
    )
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
