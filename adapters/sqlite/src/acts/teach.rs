//! Lessons of feedback: one row a version, and reading what they come to.

use application::ports::ledger::Refusal;
use application::ports::teaching::{Lesson, Lessons, Taught, Teaching};
use diesel::prelude::*;
use domain::recall::term::PerTerm;
use domain::tenant::Tenant;
use somabrain_record::terms::{from_terms, to_terms};
use uuid::Uuid;

use crate::audit::Done;
use crate::desk::Desk;
use crate::error::{ActError, Error, InvalidRow};
use crate::schema::lessons;

/// A row of `lessons`.
#[derive(Debug, Queryable, Insertable)]
#[diesel(table_name = lessons, treat_none_as_default_value = false)]
struct Row {
    tenant: String,
    version: i64,
    recall: Vec<u8>,
    reverses: Option<i64>,
    step: String,
    total: String,
    taught_at: i64,
    subject: String,
}

impl Desk {
    /// Adds a lesson, or answers what its recall taught before.
    pub(crate) fn teach(&mut self, act: &Teaching) -> Result<Taught, ActError> {
        self.latest = self.latest.max(act.note.at);
        let tenant = &act.tenant;
        let (recall, step, reverses) = match act.lesson {
            Lesson::Learn { recall, step } => match self.learned(tenant, recall)? {
                Some(known) => return Ok(known),
                None => (recall, step, None),
            },
            Lesson::TakeBack(version) => {
                let Taught { recall, before, after, .. } = self.reversible(tenant, version)?;
                (recall, before.minus(&after), Some(i64::from(version)))
            }
        };
        let Lessons { version, sum } = sum(&mut self.connection, tenant)?;
        let taught = Taught { version: version + 1, recall, before: sum, after: sum.plus(&step) };
        let row = Row {
            tenant: tenant.as_str().into(),
            version: taught.version.into(),
            recall: recall.as_bytes().to_vec(),
            reverses,
            step: from_terms(&step),
            total: from_terms(&taught.after),
            taught_at: act.note.at.micros(),
            subject: act.note.subject.clone(),
        };
        diesel::insert_into(lessons::table).values(row).execute(&mut self.connection)?;
        let done = Done { resource: "feedback", ids: &[], count: 1, namespace: None };
        self.chains.append(&mut self.connection, tenant, &act.note, &done)?;
        Ok(taught)
    }

    /// What a recall has taught, unless that was taken back.
    fn learned(&mut self, tenant: &Tenant, recall: Uuid) -> Result<Option<Taught>, Error> {
        let of_recall = lessons::table
            .filter(lessons::tenant.eq(tenant.as_str()))
            .filter(lessons::recall.eq(recall.as_bytes().as_slice()));
        let rows: Vec<Row> = of_recall.order(lessons::version).load(&mut self.connection)?;
        let last = rows.into_iter().next_back().filter(|row| row.reverses.is_none());
        Ok(last.map(Taught::try_from).transpose()?)
    }

    fn reversible(&mut self, tenant: &Tenant, version: u32) -> Result<Taught, ActError> {
        let number = i64::from(version);
        let row = lessons::table.find((tenant.as_str(), number)).get_result::<Row>(&mut self.connection).optional()?;
        let row = row.filter(|row| row.reverses.is_none()).ok_or(Refusal::UnknownLesson(version))?;
        let reversals = lessons::table.filter(lessons::tenant.eq(tenant.as_str())).filter(lessons::reverses.eq(number));
        if reversals.count().get_result::<i64>(&mut self.connection)? > 0 {
            return Err(Refusal::TakenBack(version).into());
        }
        Ok(Taught::try_from(row)?)
    }
}

/// What all lessons of a tenant come to: the last row says so.
pub(crate) fn sum(connection: &mut SqliteConnection, tenant: &Tenant) -> Result<Lessons, Error> {
    let of_tenant = lessons::table.filter(lessons::tenant.eq(tenant.as_str()));
    let last = of_tenant.select(diesel::dsl::max(lessons::version)).get_result::<Option<i64>>(connection)?;
    let Some(last) = last else { return Ok(Lessons::default()) };
    let row: Row = lessons::table.find((tenant.as_str(), last)).get_result(connection)?;
    let Taught { version, after, .. } = row.try_into()?;
    Ok(Lessons { version, sum: after })
}

impl TryFrom<Row> for Taught {
    type Error = InvalidRow;

    fn try_from(row: Row) -> Result<Self, InvalidRow> {
        let after: PerTerm = to_terms("total", &row.total)?;
        Ok(Self {
            version: u32::try_from(row.version).map_err(|wrong| InvalidRow::new("version", wrong))?,
            recall: Uuid::from_slice(&row.recall).map_err(|wrong| InvalidRow::new("recall", wrong))?,
            before: after.minus(&to_terms("step", &row.step)?),
            after,
        })
    }
}
