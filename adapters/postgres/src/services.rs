//! The memory services that are told: each by its name, whichever address it answers at.
//!
//! A new one is made known first, from when on acts write for it too; then everything that was stored before is put into
//! the outbox for it, a page at a time, by one replica. Who dies meanwhile leaves the rest to the next.

mod forgetting;

use application::ports::long_term::ServiceId;
use application::ports::outbox::Enrolling;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Timestamptz, Uuid as UuidSql};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::time::Timestamp;
use uuid::Uuid;

use crate::Postgres;
use crate::error::Error;
use crate::schema::memory_services;
use crate::values::to_timestamptz;

/// Pages of one act of enrolling.
const MOST_PAGES: usize = 16;
/// How long one act of enrolling may take, in seconds, before another replica goes on with it.
const FILLING_SECONDS: i64 = 30;
/// How exactly it is known when a service was last there, in seconds.
const HEARD_SECONDS: i64 = 60;

/// How far the filling for a service is.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = memory_services)]
struct Filling {
    receiver: String,
    filled_tenant: String,
    filled_id: Uuid,
    filled_seq: i64,
}

impl Postgres {
    /// Makes a service one of those that are told, and puts in what it lacks; whether that is done.
    pub(crate) async fn enrol_service(&self, enrolling: Enrolling) -> Result<bool, Error> {
        let Enrolling { service, inherits, now } = enrolling;
        let known = self.heard(service, now).await?;
        match known {
            Some(whole) if whole => return Ok(true),
            // Its name was inherited from: what waits waits for the heir.
            None if service == ServiceId::NAMELESS => return Ok(true),
            Some(_) => {}
            None => {
                let enrolled = self.ask(|| async move {
                    let view = self.across().await?;
                    let enrolled = enrol(&view, service, inherits, now).await;
                    view.end(enrolled).await
                });
                enrolled.await?;
                if self.heard(service, now).await? == Some(true) {
                    tracing::info!(service = %service.0, "a memory service is known by its name");
                    return Ok(true);
                }
                tracing::info!(service = %service.0, "a memory service is new: it is told everything");
            }
        }
        self.fill(service, now).await
    }

    /// The names under which entries wait.
    pub(crate) async fn receivers(&self) -> Result<Vec<String>, Error> {
        let asked = self.ask(|| async move {
            let view = self.across().await?;
            let all = memory_services::table.select(memory_services::receiver).order(memory_services::receiver);
            Ok(all.load::<String>(&mut &*view).await?)
        });
        asked.await
    }

    async fn heard(&self, service: ServiceId, now: Timestamp) -> Result<Option<bool>, Error> {
        let heard = self.ask(|| async move {
            let view = self.across().await?;
            let heard = heard(&view, service, now).await;
            view.end(heard).await
        });
        heard.await
    }

    /// Puts in what a service lacks, unless another replica does; whether all is in.
    async fn fill(&self, service: ServiceId, now: Timestamp) -> Result<bool, Error> {
        let taken = self.ask(|| async move {
            let view = self.across().await?;
            let taken = take(&view, service, now).await;
            view.end(taken).await
        });
        let Some(mut filling) = taken.await? else { return Ok(false) };
        for _ in 0..MOST_PAGES {
            let done = self.fill_page(&mut filling, now).await?;
            let state = &filling;
            let noted = self.ask(|| async move {
                let view = self.across().await?;
                let noted = note(&view, service, state, done).await;
                view.end(noted).await
            });
            noted.await?;
            if done {
                tracing::info!(service = %service.0, "everything that a memory service lacks waits for it");
                return Ok(true);
            }
        }
        let left = self.ask(|| async move {
            let view = self.across().await?;
            let left = leave(&view, service, now).await;
            view.end(left).await
        });
        left.await.map(|()| false)
    }

    /// One page: erasures first, then memories; whether none is left.
    async fn fill_page(&self, filling: &mut Filling, now: Timestamp) -> Result<bool, Error> {
        let after = (filling.filled_tenant.clone(), filling.filled_id);
        if let Some(page) = self.enqueue_some_tombstones(&filling.receiver, &after, now).await? {
            (filling.filled_tenant, filling.filled_id) = (page.tenant_id, page.id);
            return Ok(false);
        }
        let page = self.enqueue_some_memories(&filling.receiver, filling.filled_seq, now).await?;
        filling.filled_seq = page.last.unwrap_or(filling.filled_seq);
        Ok(page.last.is_none())
    }
}

/// Whether everything waits for a service, which is there now; `None`: it is not known.
async fn heard(
    mut connection: &AsyncPgConnection,
    ServiceId(id): ServiceId,
    now: Timestamp,
) -> Result<Option<bool>, Error> {
    let row = memory_services::table.find(id);
    let whole: Option<bool> = row.select(memory_services::whole).first(&mut connection).await.optional()?;
    if whole.is_some() {
        let long_ago = memory_services::heard_at.lt(to_timestamptz(now.plus_seconds(-HEARD_SECONDS)));
        let row = diesel::update(row.filter(long_ago)).set(memory_services::heard_at.eq(to_timestamptz(now)));
        row.execute(&mut connection).await?;
    }
    Ok(whole)
}

async fn enrol(
    mut connection: &AsyncPgConnection,
    ServiceId(id): ServiceId,
    inherits: bool,
    now: Timestamp,
) -> Result<(), Error> {
    let enrolling = diesel::sql_query("SELECT enrol_memory_service($1, $2, $3)").bind::<UuidSql, _>(id);
    let enrolling = enrolling.bind::<Bool, _>(inherits).bind::<Timestamptz, _>(to_timestamptz(now));
    enrolling.execute(&mut connection).await?;
    Ok(())
}

/// Takes the filling, if nobody has it.
async fn take(
    mut connection: &AsyncPgConnection,
    ServiceId(id): ServiceId,
    now: Timestamp,
) -> Result<Option<Filling>, Error> {
    let free = memory_services::table.find(id).filter(memory_services::whole.eq(false));
    let free = free.filter(memory_services::filling_until.le(to_timestamptz(now)));
    let until = memory_services::filling_until.eq(to_timestamptz(now.plus_seconds(FILLING_SECONDS)));
    let taken = diesel::update(free).set(until).returning(Filling::as_returning());
    Ok(taken.get_result(&mut connection).await.optional()?)
}

async fn note(
    mut connection: &AsyncPgConnection,
    ServiceId(id): ServiceId,
    filling: &Filling,
    whole: bool,
) -> Result<(), Error> {
    let noting = diesel::update(memory_services::table.find(id)).set((
        memory_services::filled_tenant.eq(&filling.filled_tenant),
        memory_services::filled_id.eq(filling.filled_id),
        memory_services::filled_seq.eq(filling.filled_seq),
        memory_services::whole.eq(whole),
    ));
    noting.execute(&mut connection).await?;
    Ok(())
}

/// Gives the filling back.
async fn leave(mut connection: &AsyncPgConnection, ServiceId(id): ServiceId, now: Timestamp) -> Result<(), Error> {
    let free = memory_services::filling_until.eq(to_timestamptz(now));
    diesel::update(memory_services::table.find(id)).set(free).execute(&mut connection).await?;
    Ok(())
}
