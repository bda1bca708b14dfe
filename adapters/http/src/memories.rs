//! `/memories/{id}`: read, change, erase one memory, and what it was.

use application::brain::Brain;
use application::ports::Ports;
use application::ports::ledger::{Amendment, PastPage, Selection, Version};
use application::use_cases::change::Amend;
use application::use_cases::erase::Erase;
use application::use_cases::read::{Read, ReadVersions};
use domain::memory::{Memory, Seq};
use poem_openapi::param::{Path, Query};
use poem_openapi::types::MaybeUndefined;
use poem_openapi::{ApiResponse, Object, OpenApi};
use serde::{Deserialize, Serialize};

use crate::api::Topic;
use crate::authentication::Authenticated;
use crate::cursor::Cursors;
use crate::headers::IfMatch;
use crate::json::Json;
use crate::problem::Problem;
use crate::query::ParameterNames;
use crate::wire::drafts::each_once;
use crate::wire::few::Few;
use crate::wire::memory::MemoryBody;
use crate::wire::metadata::MetadataObject;
use crate::wire::receipt::ReceiptBody;
use crate::wire::values::{Count, Id, Moment, Name, Share};

/// One memory.
pub(crate) struct MemoryApi<P> {
    pub(crate) brain: Brain<P>,
    pub(crate) cursors: Cursors,
}

/// States of a page where nobody says.
const PAGE: u32 = 100;

/// Other data beside a memory's content; what is left out stays as it is. The content itself never changes: say it
/// anew and let the new memory supersede the old.
#[derive(Debug, Clone, Deserialize, Object)]
#[serde(deny_unknown_fields)]
struct ChangeRequest {
    /// The caller's own data, whole.
    metadata: Option<MetadataObject>,
    /// How much it matters, 0 to 1.
    importance: Option<Share>,
    /// The caller's tags, whole: at most 64; one given twice is kept once.
    tags: Option<Few<Name, { Memory::TAGS }>>,
    /// From when on it holds.
    valid_at: Option<Moment>,
    /// From when on it no longer holds; `null`: it holds again.
    #[serde(default)]
    invalid_at: MaybeUndefined<Moment>,
}

/// What a memory was, the oldest first.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "Versions")]
struct VersionsBody {
    /// The states of this page; the last page ends with the present one.
    versions: Vec<VersionBody>,
    /// What to pass as `cursor` for the next part; left out in the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// One state of a memory.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "Version")]
struct VersionBody {
    /// 1 for the first.
    version: u32,
    /// Since when it was so.
    since: Moment,
    /// Who made it so: the subject of a token.
    by: String,
    /// The memory as it was.
    memory: MemoryBody,
}

#[derive(ApiResponse)]
pub(crate) enum MemoryAnswer {
    /// The memory as it is now.
    #[oai(status = 200)]
    Memory(
        Json<MemoryBody>,
        /// The memory's version, for `If-Match`.
        #[oai(header = "ETag")]
        String,
    ),
}

#[derive(ApiResponse)]
enum ReceiptAnswer {
    /// Erased for good.
    #[oai(status = 200)]
    Erased(Json<ReceiptBody>),
}

#[derive(ApiResponse)]
enum VersionsAnswer {
    /// States of the memory.
    #[oai(status = 200)]
    Versions(Json<VersionsBody>),
}

#[OpenApi(tag = "Topic::Memories")]
impl<P: Ports> MemoryApi<P> {
    /// Read a memory
    ///
    /// The header `ETag` holds its version. An id of another tenant answers 404, exactly like an unknown one.
    #[oai(path = "/memories/:id", method = "get", operation_id = "read_memory")]
    async fn read(
        &self,
        call: Authenticated,
        /// The memory's id.
        id: Path<Id>,
    ) -> Result<MemoryAnswer, Problem> {
        Ok(MemoryAnswer::of(&*self.brain.read(&call.0, Read { id: id.0.0 }).await?))
    }

    /// Change what stands beside a memory's content
    ///
    /// Changes metadata, importance, tags and validity; the earlier state stays as a version. With `If-Match` nothing
    /// is changed (412) if the memory is in another version than the caller has seen.
    ///
    /// Example: `{"importance": 0.9, "tags": ["tea"]}`
    #[oai(path = "/memories/:id", method = "patch", operation_id = "change_memory")]
    async fn change(
        &self,
        call: Authenticated,
        /// The memory's id.
        id: Path<Id>,
        /// The version that the caller has seen, as `ETag` said it.
        #[oai(name = "If-Match")]
        expected: IfMatch,
        body: Json<ChangeRequest>,
    ) -> Result<MemoryAnswer, Problem> {
        let command = Amend { id: id.0.0, expected: expected.0, amendment: amendment(body.value)? };
        Ok(MemoryAnswer::of(&*self.brain.change(&call.0, command).await?))
    }

    /// Erase a memory for good
    ///
    /// Erases it from every copy, with its versions and links; audited. Its id cannot be used again.
    #[oai(path = "/memories/:id", method = "delete", operation_id = "erase_memory")]
    async fn erase(
        &self,
        call: Authenticated,
        /// The memory's id.
        id: Path<Id>,
    ) -> Result<ReceiptAnswer, Problem> {
        let receipt = self.brain.erase(&call.0, Erase { selection: Selection::Id(id.0.0) }).await?;
        Ok(ReceiptAnswer::Erased(Json::new(receipt.into())))
    }

    /// See what a memory was, and when it changed
    ///
    /// All states, the oldest first, the present one last, page by page: pass `next_cursor` as `cursor` until it is left out.
    /// A page ends too where its states come to about 4 MiB.
    #[oai(path = "/memories/:id/versions", method = "get", operation_id = "memory_versions")]
    async fn versions(
        &self,
        call: Authenticated,
        /// The memory's id.
        id: Path<Id>,
        names: ParameterNames,
        /// Most states of the page, 1 to 1,000; 100 if left out.
        limit: Query<Option<Count<1, 1000>>>,
        /// Where the page begins: `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Result<VersionsAnswer, Problem> {
        names.only(&["limit", "cursor"], &[])?;
        let (id, tenant) = (id.0.0, &call.0.caller.tenant);
        let list = format!("versions of {id}");
        let after = match &cursor.0 {
            Some(cursor) => u32::try_from(self.cursors.read(tenant, &list, cursor)?.0).unwrap_or(u32::MAX),
            None => 0,
        };
        let page = PastPage { after, limit: limit.0.map_or(PAGE, |limit| limit.0) as usize };
        let past = self.brain.versions(&call.0, ReadVersions { id, page }).await?;
        let versions = past.versions.iter().map(VersionBody::from).collect();
        let next_cursor = past.next.map(|next| self.cursors.write(tenant, &list, Seq(next.into())));
        Ok(VersionsAnswer::Versions(Json::new(VersionsBody { versions, next_cursor })))
    }
}

fn amendment(request: ChangeRequest) -> Result<Amendment, Problem> {
    let invalid: Option<Option<Moment>> = request.invalid_at.into();
    let amendment = Amendment {
        metadata: request.metadata.map(|metadata| metadata.0),
        importance: request.importance.map(|share| share.0),
        tags: request.tags.map(|tags| each_once(tags.into_iter().map(|tag| tag.0))),
        valid: request.valid_at.map(|moment| moment.0),
        invalid: invalid.map(|moment| moment.map(|moment| moment.0)),
    };
    if amendment == Amendment::default() {
        return Err(Problem::field("body", "names nothing to change"));
    }
    match (amendment.valid, amendment.invalid) {
        (Some(begins), Some(Some(ends))) if ends <= begins => {
            Err(Problem::field("invalid_at", "must be later than valid_at"))
        }
        _ => Ok(amendment),
    }
}

impl MemoryAnswer {
    /// A memory with its version as tag.
    pub(crate) fn of(memory: &Memory) -> Self {
        Self::Memory(Json::new(memory.into()), format!("\"{}\"", memory.version))
    }
}

impl From<&Version> for VersionBody {
    fn from(version: &Version) -> Self {
        Self {
            version: version.memory.version,
            since: Moment(version.since),
            by: version.subject.clone(),
            memory: MemoryBody::from(&*version.memory),
        }
    }
}
