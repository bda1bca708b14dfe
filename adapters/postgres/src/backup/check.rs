//! Whether all rows are what was written: checksums, the laws of density matrices, the audit chains.

use application::ports::long_term::Entry;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::audit::Published;
use domain::audit::{AuditKey, Head};
use domain::tenant::Tenant;
use futures_util::TryStreamExt;
use tokio::sync::mpsc::Sender;

use super::tables::lines;
use super::{Restored, TransferError};
use crate::acts::put;
use crate::chain;
use crate::density::matrix::MatrixRow;
use crate::error::{Error, InvalidRow};
use crate::row::{self, Kept, Row};
use crate::schema::{density, memories, versions};
use crate::verify::{AuditError, differs, follow, page};
use crate::versions::VersionRow;

/// Memories that are handed on at once.
const AT_ONCE: usize = 1_000;

/// Checks everything; memories go to `entries` where somebody wants them.
pub(super) async fn all(
    connection: &mut AsyncPgConnection,
    key: &AuditKey,
    entries: Option<Sender<Vec<(Tenant, Entry)>>>,
) -> Result<Restored, TransferError> {
    let memories = check_memories(connection, entries).await?;
    check_versions(connection).await?;
    let unsound = count_unsound(connection).await?;
    let events = check_chains(connection, key).await?;
    Ok(Restored { memories, erased: 0, events, unsound })
}

fn damaged(table: &'static str) -> impl FnOnce(InvalidRow) -> TransferError {
    move |error| TransferError::Damaged { table, why: error.to_string() }
}

fn unread(error: diesel::result::Error) -> TransferError {
    TransferError::at("read what was restored")(error.into())
}

async fn check_memories(
    connection: &mut AsyncPgConnection,
    entries: Option<Sender<Vec<(Tenant, Entry)>>>,
) -> Result<u64, TransferError> {
    let mut rows = memories::table.order(memories::seq).load_stream::<Row>(connection).await.map_err(unread)?;
    let (mut found, mut batch) = (0, Vec::new());
    while let Some(row) = rows.try_next().await.map_err(unread)? {
        let kept = Kept::try_from(row).map_err(damaged("memories"))?;
        found += 1;
        let Some(entries) = &entries else { continue };
        batch.push((kept.memory.tenant.clone(), put(&kept)));
        if batch.len() == AT_ONCE {
            // Whoever does not listen any more has an error of its own.
            entries.send(std::mem::take(&mut batch)).await.ok();
        }
    }
    if let Some(entries) = entries.filter(|_| !batch.is_empty()) {
        entries.send(batch).await.ok();
    }
    Ok(found)
}

async fn check_versions(connection: &mut AsyncPgConnection) -> Result<(), TransferError> {
    let mut rows = versions::table.load_stream::<VersionRow>(connection).await.map_err(unread)?;
    while let Some(row) = rows.try_next().await.map_err(unread)? {
        row.check().map_err(damaged("versions"))?;
    }
    Ok(())
}

async fn count_unsound(connection: &mut AsyncPgConnection) -> Result<u64, TransferError> {
    let mut rows = density::table.load_stream::<MatrixRow>(connection).await.map_err(unread)?;
    let mut unsound = 0;
    while let Some(row) = rows.try_next().await.map_err(unread)? {
        unsound += u64::from(!row.read().is_ok_and(|read| read.broken.is_empty()));
    }
    Ok(unsound)
}

async fn check_chains(connection: &mut AsyncPgConnection, key: &AuditKey) -> Result<u64, TransferError> {
    let tenants = "SELECT tenant_id AS line FROM audit_log UNION SELECT tenant_id FROM audit_heads";
    let mut events = 0;
    for name in lines(connection, tenants).await.map_err(AuditError::from)? {
        let tenant = row::tenant(&name).map_err(|error| AuditError::from(Error::from(error)))?;
        let mut end = Head::genesis(key, &tenant);
        let head = loop {
            let (rows, head, beginning) = page(connection, &tenant, end.number).await.map_err(AuditError::from)?;
            if let Some(beginning) = beginning {
                let wrong = || AuditError::Beginning { tenant: tenant.clone() };
                let beginning = beginning.vouched(key, &tenant).ok_or_else(wrong)?;
                if beginning.number > end.number {
                    end = beginning;
                    continue;
                }
            }
            if rows.is_empty() {
                break chain::or_genesis(head, key, &tenant);
            }
            end = follow(key, &tenant, end, &rows, &Published::new())?;
        };
        if head != end {
            return Err(differs(&tenant, end, head).into());
        }
        events += end.number;
    }
    Ok(events)
}
