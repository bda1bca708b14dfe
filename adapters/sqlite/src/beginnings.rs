//! Where what is left of a chain begins, once earlier rows were archived.

use std::collections::BTreeMap;

use diesel::prelude::*;
use domain::audit::{AuditKey, Head, is_vouched, vouch};
use domain::tenant::Tenant;

use crate::audit::{column, count, to_seal};
use crate::connection::number;
use crate::error::{Error, InvalidRow};
use crate::schema::audit_beginnings;

/// What the table says, and what vouches for it.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = audit_beginnings, treat_none_as_default_value = false)]
pub(crate) struct BeginningRow {
    tenant_id: String,
    number: i64,
    seal: Vec<u8>,
    voucher: Vec<u8>,
}

impl BeginningRow {
    fn of(key: &AuditKey, tenant: &Tenant, head: &Head) -> Result<Self, InvalidRow> {
        Ok(Self {
            tenant_id: tenant.as_str().into(),
            number: column(head.number)?,
            seal: head.seal.0.to_vec(),
            voucher: vouch(key, tenant, head).0.to_vec(),
        })
    }

    /// The head that all before the chain ends with, if the row was written with the key.
    pub(crate) fn vouched(&self, key: &AuditKey, tenant: &Tenant) -> Option<Head> {
        let head = Head { number: count(self.number).ok()?, seal: to_seal(&self.seal).ok()? };
        is_vouched(key, tenant, &head, &to_seal(&self.voucher).ok()?).then_some(head)
    }
}

/// All of them by their tenants' names; none in a database of an older schema.
pub(crate) fn all(connection: &mut SqliteConnection) -> QueryResult<BTreeMap<String, BeginningRow>> {
    const THERE: &str = "SELECT count(*) AS number FROM sqlite_schema WHERE name = 'audit_beginnings'";
    if number(connection, THERE).is_ok_and(|tables| tables == 0) {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<BeginningRow> = audit_beginnings::table.load(connection)?;
    Ok(rows.into_iter().map(|row| (row.tenant_id.clone(), row)).collect())
}

/// Where the chain of a tenant begins: what stands before its first row.
pub(crate) fn of(connection: &mut SqliteConnection, key: &AuditKey, tenant: &Tenant) -> Result<Head, Error> {
    let row: Option<BeginningRow> = audit_beginnings::table.find(tenant.as_str()).get_result(connection).optional()?;
    let Some(row) = row else { return Ok(Head::genesis(key, tenant)) };
    let invalid = || InvalidRow::new("voucher", "where the chain begins was tampered with");
    Ok(row.vouched(key, tenant).ok_or_else(invalid)?)
}

/// From now on the chain of a tenant begins after this.
pub(crate) fn put(
    connection: &mut SqliteConnection,
    key: &AuditKey,
    tenant: &Tenant,
    head: &Head,
) -> Result<(), Error> {
    let row = BeginningRow::of(key, tenant, head)?;
    diesel::replace_into(audit_beginnings::table).values(&row).execute(connection)?;
    Ok(())
}
