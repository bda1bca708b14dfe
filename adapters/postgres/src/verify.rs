//! The check of all audit chains against their seals and heads.

use application::ports::error::PortError;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::audit::{AuditKey, Broken, Head, Published, Why, verify};
use domain::tenant::Tenant;
use thiserror::Error;

use crate::Postgres;
use crate::beginnings::{self, Beginning};
use crate::chain::{self, Link};
use crate::error::Error;
use crate::row;
use crate::schema::audit_log;

/// Rows of a chain that are read at once: a log can be longer than the memory.
const AT_ONCE: i64 = 4_096;

/// What a check of all audit chains found in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditReport {
    /// Where each tenant's chain of sealed events ends.
    pub heads: Vec<(Tenant, Head)>,
    /// Where each chain begins whose earlier events were archived.
    pub beginnings: Vec<(Tenant, Head)>,
    /// How many events of all tenants wait to be sealed, which nothing can be said of yet.
    pub waiting: u64,
}

impl AuditReport {
    /// Each tenant with the number of its sealed events, those archived included.
    pub fn tenants(&self) -> Vec<(Tenant, u64)> {
        self.heads.iter().map(|(tenant, head)| (tenant.clone(), head.number)).collect()
    }
}

/// Why the audit log cannot be believed, or not be read.
#[derive(Debug, Error)]
pub enum AuditError {
    /// A row was changed, removed or put in between.
    #[error("the audit log of tenant {tenant} was tampered with: {broken}")]
    Broken {
        /// Whose chain.
        tenant: Tenant,
        /// The first row that is wrong.
        broken: Broken,
    },
    /// Rows were cut off the end: the chain ends before the head that was kept apart.
    #[error("the audit log of tenant {tenant} ends at event {found}, its head says {expected}")]
    Cut {
        /// Whose chain.
        tenant: Tenant,
        /// The last row's number.
        found: u64,
        /// The head's number.
        expected: u64,
    },
    /// Somebody without the key has written where the chain begins.
    #[error("where the audit log of tenant {tenant} begins was tampered with")]
    Beginning {
        /// Whose chain.
        tenant: Tenant,
    },
    /// A tenant's name or another field is not what this program writes.
    #[error("a row of the audit log is damaged: {0}")]
    Damaged(String),
    /// The database could not be read.
    #[error("the audit log could not be read")]
    Unreadable(#[source] PortError),
}

impl From<Error> for AuditError {
    fn from(error: Error) -> Self {
        match error {
            Error::Row(row) => Self::Damaged(row.to_string()),
            error => Self::Unreadable(error.at("ledger", "read the audit log")),
        }
    }
}

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = Text)]
    tenant_id: String,
}

impl Postgres {
    /// Checks the chains of all tenants against their seals, their heads and what was published of them. Reads only, a page at a time, also while others
    /// write; what is not sealed yet is counted apart. All are checked, whatever is wrong with some: that is logged, and
    /// the first error is the answer.
    pub async fn verify_audit(&self, published: &Published) -> Result<AuditReport, AuditError> {
        let (mut report, mut wrong) = (AuditReport { heads: Vec::new(), beginnings: Vec::new(), waiting: 0 }, None);
        for name in self.ask(|| async move { tenants(&*self.across().await?).await }).await? {
            match self.verify_named(&name, published).await {
                Ok((tenant, beginning, end, waiting)) => {
                    report.waiting += waiting;
                    report.beginnings.extend(beginning.map(|beginning| (tenant.clone(), beginning)));
                    report.heads.push((tenant, end));
                }
                Err(error @ AuditError::Unreadable(_)) => return Err(wrong.unwrap_or(error)),
                Err(error) => {
                    tracing::error!(%error, "an audit log is not in order");
                    wrong.get_or_insert(error);
                }
            }
        }
        let cut = published.cut_off(&report.heads);
        let cut = cut.map(|(tenant, found, expected)| AuditError::Cut { tenant, found, expected });
        wrong.or(cut).map_or(Ok(report), Err)
    }

    async fn verify_named(
        &self,
        name: &str,
        published: &Published,
    ) -> Result<(Tenant, Option<Head>, Head, u64), AuditError> {
        let tenant = row::tenant(name).map_err(Error::from)?;
        let (beginning, end) = self.verify_chain(&tenant, published).await?;
        let of = &tenant;
        let waiting = self.ask(|| async move { waiting(&*self.across_to(of).await?, of).await }).await?;
        Ok((tenant, beginning, end, waiting))
    }

    async fn verify_chain(&self, tenant: &Tenant, published: &Published) -> Result<(Option<Head>, Head), AuditError> {
        let key = &self.config.audit_key;
        let mut end = Head::genesis(key, tenant);
        let mut begins = None;
        // What the head says once no row is left; a chain that grew meanwhile is followed.
        let mut expected = None;
        loop {
            let after = end.number;
            let read = self.ask(|| async move {
                let view = self.across_to(tenant).await?;
                page(&view, tenant, after).await
            });
            let (rows, head, beginning) = read.await?;
            if let Some(beginning) = beginning {
                let beginning =
                    beginning.vouched(key, tenant).ok_or(AuditError::Beginning { tenant: tenant.clone() })?;
                begins = Some(beginning);
                // At first, and where rows are archived meanwhile.
                if beginning.number > end.number {
                    published.hold(tenant, &beginning).map_err(|broken| told(tenant, broken))?;
                    end = beginning;
                    continue;
                }
            }
            if !rows.is_empty() {
                end = follow(key, tenant, end, &rows, published)?;
                continue;
            }
            let head = chain::or_genesis(head, key, tenant);
            if head == end {
                return Ok((begins, end));
            }
            if head.number <= end.number || expected == Some(head) {
                return Err(differs(tenant, end, head));
            }
            expected = Some(head);
        }
    }
}

/// Names of those who have an audit log.
pub(crate) async fn tenants(mut connection: &AsyncPgConnection) -> Result<Vec<String>, Error> {
    let rows: Vec<Known> = diesel::sql_query("SELECT tenant_id FROM audit_tenants()").load(&mut connection).await?;
    Ok(rows.into_iter().map(|row| row.tenant_id).collect())
}

/// How many rows of a tenant wait to be sealed.
async fn waiting(mut connection: &AsyncPgConnection, tenant: &Tenant) -> Result<u64, Error> {
    let unsealed = audit_log::number.is_null().and(audit_log::tenant_id.eq(tenant.as_str()));
    let waiting: i64 = audit_log::table.filter(unsealed).count().get_result(&mut connection).await?;
    Ok(waiting.unsigned_abs())
}

/// The next rows of a chain; then its head, which is written together with them and is so never behind; then where it
/// begins, which is written where rows are deleted.
pub(crate) async fn page(
    mut connection: &AsyncPgConnection,
    tenant: &Tenant,
    after: u64,
) -> Result<(Vec<Link>, Option<Head>, Option<Beginning>), Error> {
    let rows = audit_log::table
        .filter(audit_log::tenant_id.eq(tenant.as_str()))
        .filter(audit_log::number.gt(chain::column(after)?))
        .order(audit_log::number)
        .limit(AT_ONCE)
        .select(Link::as_select());
    let rows = rows.load(&mut connection).await?;
    let head = chain::head(connection, tenant).await?;
    Ok((rows, head, beginnings::of(connection, tenant).await?))
}

fn told(tenant: &Tenant, broken: Broken) -> AuditError {
    AuditError::Broken { tenant: tenant.clone(), broken }
}

pub(crate) fn follow(
    key: &AuditKey,
    tenant: &Tenant,
    from: Head,
    rows: &[Link],
    published: &Published,
) -> Result<Head, AuditError> {
    let mut end = from;
    for row in rows {
        let broken = |broken| told(tenant, broken);
        // A field that cannot even be read was not sealed like that.
        let event = row.sealed().map_err(|_| broken(Broken { number: end.number + 1, why: Why::Seal }))?;
        end = verify(key, tenant, end, [event]).map_err(broken)?;
        published.hold(tenant, &end).map_err(broken)?;
    }
    Ok(end)
}

pub(crate) fn differs(tenant: &Tenant, end: Head, head: Head) -> AuditError {
    let tenant = tenant.clone();
    if head.number == end.number {
        return AuditError::Broken { tenant, broken: Broken { number: end.number, why: Why::Seal } };
    }
    AuditError::Cut { tenant, found: end.number, expected: head.number }
}
