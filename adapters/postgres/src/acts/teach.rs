//! Lessons of feedback: one row a version, and reading what they come to.

use application::ports::ledger::Refusal;
use application::ports::teaching::{Lesson, Lessons, Taught, Teaching};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::tenant::Tenant;
use somabrain_record::terms::{from_terms, to_terms};
use uuid::Uuid;

use super::Telling;
use crate::audit::Done;
use crate::error::{ActError, Error, InvalidRow};
use crate::lookups;
use crate::schema::lessons;
use crate::transaction::Locks;
use crate::values::to_text;

/// A row of `lessons`.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = lessons, treat_none_as_default_value = false)]
struct Row {
    tenant_id: String,
    version: i64,
    recall_id: Uuid,
    reverses: Option<i64>,
    step: String,
    total: String,
    taught_at: i64,
    subject: String,
}

/// A tenant's lessons come one after the other.
pub(crate) fn locks(act: &Teaching) -> Locks {
    Locks::named(&act.tenant, [("lessons", b"".as_slice())])
}

/// Adds a lesson, or answers what its recall taught before.
pub(crate) async fn run(mut connection: &AsyncPgConnection, act: &Teaching, events: bool) -> Result<Taught, ActError> {
    let tenant = &act.tenant;
    let (recall, step, reverses) = match act.lesson {
        Lesson::Learn { recall, step } => match learned(connection, tenant, recall).await? {
            Some(known) => return Ok(known),
            None => (recall, step, None),
        },
        Lesson::TakeBack(version) => {
            let Taught { recall, before, after, .. } = reversible(connection, tenant, version).await?;
            (recall, before.minus(&after), Some(i64::from(version)))
        }
    };
    let (lessons, numbers) = tokio::try_join!(sum(connection, tenant), lookups::numbers(connection, 0))?;
    let Lessons { version, sum } = lessons;
    let taught = Taught { version: version + 1, recall, before: sum, after: sum.plus(&step) };
    let row = Row {
        tenant_id: tenant.as_str().into(),
        version: taught.version.into(),
        recall_id: recall,
        reverses,
        step: from_terms(&step),
        total: from_terms(&taught.after),
        taught_at: act.note.at.micros(),
        subject: to_text(&act.note.subject),
    };
    diesel::insert_into(lessons::table).values(row).execute(&mut connection).await?;
    let telling = Telling { tenant, note: &act.note, events };
    telling.tell(connection, numbers.audit, &Done { resource: "feedback", namespace: None, ids: &[] }, &[]).await?;
    Ok(taught)
}

/// What a recall has taught, unless that was taken back.
async fn learned(mut connection: &AsyncPgConnection, tenant: &Tenant, recall: Uuid) -> Result<Option<Taught>, Error> {
    let of_recall = lessons::table.filter(lessons::tenant_id.eq(tenant.as_str())).filter(lessons::recall_id.eq(recall));
    let last = of_recall.order(lessons::version.desc()).limit(1).get_result::<Row>(&mut connection).await.optional()?;
    let last = last.filter(|row| row.reverses.is_none());
    Ok(last.map(Taught::try_from).transpose()?)
}

async fn reversible(mut connection: &AsyncPgConnection, tenant: &Tenant, version: u32) -> Result<Taught, ActError> {
    let number = i64::from(version);
    let row = lessons::table.find((tenant.as_str(), number)).get_result::<Row>(&mut connection).await.optional();
    let row = row.map_err(Error::from)?.filter(|row| row.reverses.is_none()).ok_or(Refusal::UnknownLesson(version))?;
    let reversals = lessons::table.filter(lessons::tenant_id.eq(tenant.as_str())).filter(lessons::reverses.eq(number));
    let reversals: i64 = reversals.count().get_result(&mut connection).await.map_err(Error::from)?;
    if reversals > 0 {
        return Err(Refusal::TakenBack(version).into());
    }
    Ok(Taught::try_from(row).map_err(Error::from)?)
}

/// What all lessons of a tenant come to: the last row says so.
pub(crate) async fn sum(mut connection: &AsyncPgConnection, tenant: &Tenant) -> Result<Lessons, Error> {
    let of_tenant = lessons::table.filter(lessons::tenant_id.eq(tenant.as_str()));
    let last = of_tenant.order(lessons::version.desc()).limit(1).get_result::<Row>(&mut connection).await.optional()?;
    let Some(Taught { version, after, .. }) = last.map(Taught::try_from).transpose()? else {
        return Ok(Lessons::default());
    };
    Ok(Lessons { version, sum: after })
}

impl TryFrom<Row> for Taught {
    type Error = InvalidRow;

    fn try_from(row: Row) -> Result<Self, InvalidRow> {
        let after = to_terms("total", &row.total)?;
        Ok(Self {
            version: u32::try_from(row.version).map_err(|wrong| InvalidRow::new("version", wrong))?,
            recall: row.recall_id,
            before: after.minus(&to_terms("step", &row.step)?),
            after,
        })
    }
}
