//! Where what is left of a chain begins, once earlier rows were archived.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::audit::{AuditKey, Head, Seal, is_vouched, vouch};
use domain::tenant::Tenant;

use crate::chain;
use crate::error::Error;
use crate::schema::audit_beginnings;

/// What a row says, and what vouches for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beginning {
    head: Head,
    voucher: Seal,
}

impl Beginning {
    /// The head that all before the chain ends with, if its row was written with the key.
    pub(crate) fn vouched(self, key: &AuditKey, tenant: &Tenant) -> Option<Head> {
        is_vouched(key, tenant, &self.head, &self.voucher).then_some(self.head)
    }
}

/// Where the chain of a tenant begins; `None`: with its first row.
pub(crate) async fn of(mut connection: &AsyncPgConnection, tenant: &Tenant) -> Result<Option<Beginning>, Error> {
    let row = audit_beginnings::table.find(tenant.as_str());
    let row = row.select((audit_beginnings::number, audit_beginnings::seal, audit_beginnings::voucher));
    let row: Option<(i64, Vec<u8>, Vec<u8>)> = row.get_result(&mut connection).await.optional()?;
    let Some((number, seal, voucher)) = row else { return Ok(None) };
    let head = Head { number: chain::count(number)?, seal: chain::seal(&seal)? };
    Ok(Some(Beginning { head, voucher: chain::seal(&voucher)? }))
}

/// Moves the beginning from one place to another; whether it was there.
pub(crate) async fn advance(
    mut connection: &AsyncPgConnection,
    key: &AuditKey,
    tenant: &Tenant,
    from: Head,
    to: Head,
) -> Result<bool, Error> {
    let row = (
        audit_beginnings::number.eq(chain::column(to.number)?),
        audit_beginnings::seal.eq(to.seal.0.to_vec()),
        audit_beginnings::voucher.eq(vouch(key, tenant, &to).0.to_vec()),
    );
    let moved = if from.number == 0 {
        let row = (audit_beginnings::tenant_id.eq(tenant.as_str()), row);
        let first = diesel::insert_into(audit_beginnings::table).values(row).on_conflict_do_nothing();
        first.execute(&mut connection).await?
    } else {
        let there = audit_beginnings::table.find(tenant.as_str());
        let there = there.filter(audit_beginnings::number.eq(chain::column(from.number)?));
        diesel::update(there).set(row).execute(&mut connection).await?
    };
    Ok(moved == 1)
}
