//! `/namespaces`.

use application::brain::Brain;
use application::ports::Ports;
use application::ports::ledger::Selection;
use application::use_cases::erase::Erase;
use poem_openapi::param::Path;
use poem_openapi::{ApiResponse, Object, OpenApi};
use serde::Serialize;

use crate::api::Topic;
use crate::authentication::Authenticated;
use crate::json::Json;
use crate::problem::Problem;
use crate::wire::receipt::ReceiptBody;
use crate::wire::values::NamespaceName;

/// The parts of a tenant's memories.
pub(crate) struct NamespacesApi<P>(pub(crate) Brain<P>);

/// The tenant's namespaces.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "Namespaces")]
struct NamespacesBody {
    /// By name; empty ones are left out.
    namespaces: Vec<NamespaceBody>,
}

/// A namespace.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "Namespace")]
struct NamespaceBody {
    /// Its name.
    name: NamespaceName,
    /// How many memories it has.
    memories: u64,
}

#[derive(ApiResponse)]
enum NamespacesAnswer {
    /// The tenant's namespaces.
    #[oai(status = 200)]
    Namespaces(Json<NamespacesBody>),
}

#[derive(ApiResponse)]
enum ReceiptAnswer {
    /// Erased for good.
    #[oai(status = 200)]
    Erased(Json<ReceiptBody>),
}

#[OpenApi(tag = "Topic::Namespaces")]
impl<P: Ports> NamespacesApi<P> {
    /// List the namespaces
    ///
    /// The tenant's namespaces by name, with the number of memories in each.
    #[oai(path = "/namespaces", method = "get", operation_id = "namespaces")]
    async fn list(&self, call: Authenticated) -> Result<NamespacesAnswer, Problem> {
        let namespaces = self.0.namespaces(&call.0).await?;
        let body = |(name, memories)| NamespaceBody { name: NamespaceName(name), memories };
        let namespaces = namespaces.into_iter().map(body).collect();
        Ok(NamespacesAnswer::Namespaces(Json::new(NamespacesBody { namespaces })))
    }

    /// Erase a namespace for good
    ///
    /// Erases all its memories and whatever was derived from them; audited. The answer is the receipt.
    #[oai(path = "/namespaces/:name", method = "delete", operation_id = "erase_namespace")]
    async fn erase(
        &self,
        call: Authenticated,
        /// The namespace's name.
        name: Path<NamespaceName>,
    ) -> Result<ReceiptAnswer, Problem> {
        let receipt = self.0.erase(&call.0, Erase { selection: Selection::Namespace(name.0.0) }).await?;
        Ok(ReceiptAnswer::Erased(Json::new(receipt.into())))
    }
}
