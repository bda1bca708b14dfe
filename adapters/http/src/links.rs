//! `/memories/{id}/links`.

use application::brain::Brain;
use application::ports::Ports;
use application::ports::ledger::Refusal;
use application::use_cases::change::ChangeError;
use application::use_cases::links::{AddLink, DropLink};
use poem_openapi::param::{Path, Query};
use poem_openapi::{ApiResponse, OpenApi};

use crate::api::Topic;
use crate::authentication::Authenticated;
use crate::json::Json;
use crate::memories::MemoryAnswer;
use crate::problem::Problem;
use crate::query::ParameterNames;
use crate::wire::link::LinkBody;
use crate::wire::memory::MemoryBody;
use crate::wire::names::LinkRelation;
use crate::wire::values::Id;

/// Links between memories.
pub(crate) struct LinksApi<P>(pub(crate) Brain<P>);

#[derive(ApiResponse)]
enum LinkedAnswer {
    /// Linked; the memory as it is now.
    #[oai(status = 201)]
    Linked(Json<MemoryBody>),
}

#[OpenApi(tag = "Topic::Memories")]
impl<P: Ports> LinksApi<P> {
    /// Link a memory to another
    ///
    /// A link that is there already changes nothing and succeeds. A target that is unknown is 422. A
    /// memory holds at most 1,024 links: one more is 409.
    ///
    /// Example: `{"to": "01890a5d-ac96-774b-bcce-b302099a8057", "relation": "requires"}`
    #[oai(path = "/memories/:id/links", method = "post", operation_id = "link_memory")]
    async fn link(
        &self,
        call: Authenticated,
        /// The memory that is to hold the link.
        id: Path<Id>,
        body: Json<LinkBody>,
    ) -> Result<LinkedAnswer, Problem> {
        let command = AddLink { from: id.0.0, link: body.value.into() };
        let linked = self.0.link(&call.0, command).await.map_err(naming_the_target)?;
        Ok(LinkedAnswer::Linked(Json::new(MemoryBody::from(&*linked))))
    }

    /// Take a link away
    ///
    /// Without `relation` all links to that memory are taken away; 404 if there is none.
    #[oai(path = "/memories/:id/links", method = "delete", operation_id = "unlink_memory")]
    async fn unlink(
        &self,
        call: Authenticated,
        names: ParameterNames,
        /// The memory that holds the link.
        id: Path<Id>,
        /// The memory that it points at.
        to: Query<Id>,
        /// Only the link that says this.
        relation: Query<Option<LinkRelation>>,
    ) -> Result<MemoryAnswer, Problem> {
        names.only(&["to", "relation"], &[])?;
        let command = DropLink { from: id.0.0, to: to.0.0, relation: relation.0.map(Into::into) };
        Ok(MemoryAnswer::of(&*self.0.unlink(&call.0, command).await?))
    }
}

fn naming_the_target(error: ChangeError) -> Problem {
    match error {
        ChangeError::Refused(Refusal::UnknownTarget(id)) => Problem::field("to", format_args!("names no memory: {id}")),
        other => other.into(),
    }
}
