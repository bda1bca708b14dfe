//! Views: transactions for questions and chores, each of which sees what it has to.
//!
//! Acts of a tenant are transactions of their own ([`crate::transaction`]). What else the database is asked is asked in a
//! view: of one tenant, whom row-level security then lets through and nobody else; or of all of them, as the role that sees
//! them, where the serving role does not. A tenant's view begins on the way of its first question, and ends without being
//! waited for where nothing was written: a question takes one round trip, as it would by itself.

use std::ops::Deref;

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use domain::tenant::Tenant;
use futures_util::FutureExt;

use crate::Postgres;
use crate::connection::Pooled;
use crate::error::Error;
use crate::transaction::quoted;

/// The role that sees all tenants, for the rest of a transaction: where row-level security would show the present one a
/// single tenant. Refused to a role that is no member of it.
pub(crate) const ACROSS: &str =
    "SELECT set_config('role', 'somabrain_relay', true) WHERE row_security_active('memories'::regclass);";

/// An open transaction; dropped before it is committed it is rolled back.
pub(crate) struct View<'a> {
    connection: Pooled<'a>,
    is_open: bool,
}

impl Deref for View<'_> {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &AsyncPgConnection {
        &self.connection
    }
}

impl<'a> View<'a> {
    /// Not begun yet.
    fn on(connection: Pooled<'a>) -> Self {
        Self { connection, is_open: true }
    }

    /// Puts a command on its way. All are done in their order; after one that fails the transaction refuses the next.
    fn send(&self, sql: &str) {
        drop((&mut &*self.connection).batch_execute(sql).now_or_never());
    }

    /// Waits for a command to be done.
    async fn run(&self, sql: &str) -> Result<(), Error> {
        Ok((&mut &*self.connection).batch_execute(sql).await?)
    }

    /// Keeps what was done.
    pub(crate) async fn commit(mut self) -> Result<(), Error> {
        self.is_open = false;
        self.run("COMMIT").await
    }

    /// Keeps what was done, or nothing where it could not be.
    pub(crate) async fn end<T>(self, done: Result<T, Error>) -> Result<T, Error> {
        let answer = done?;
        self.commit().await?;
        Ok(answer)
    }
}

impl Drop for View<'_> {
    fn drop(&mut self) {
        if self.is_open {
            self.send("ROLLBACK");
        }
    }
}

impl Postgres {
    /// For questions of one tenant; nothing can be written.
    pub(crate) async fn look(&self, tenant: &Tenant) -> Result<View<'_>, Error> {
        let view = View::on(self.connection().await?);
        view.send(&("BEGIN READ ONLY; ".to_owned() + &named(tenant)));
        Ok(view)
    }

    /// For a chore of one tenant.
    pub(crate) async fn chore(&self, tenant: &Tenant) -> Result<View<'_>, Error> {
        let view = View::on(self.connection().await?);
        view.send(&("BEGIN; ".to_owned() + &named(tenant)));
        Ok(view)
    }

    /// For questions and chores of all tenants.
    pub(crate) async fn across(&self) -> Result<View<'_>, Error> {
        self.across_by(ACROSS).await
    }

    /// For a chore of one tenant that the deployment has and not the tenant, such as sealing its log.
    pub(crate) async fn across_to(&self, tenant: &Tenant) -> Result<View<'_>, Error> {
        self.across_by(&(named(tenant) + ACROSS)).await
    }

    /// Waits for it to begin: where the role may not see them, that is what is to be said.
    async fn across_by(&self, whose: &str) -> Result<View<'_>, Error> {
        let view = View::on(self.connection().await?);
        view.run(&("BEGIN; ".to_owned() + whose)).await?;
        Ok(view)
    }
}

fn named(tenant: &Tenant) -> String {
    format!("SET LOCAL app.current_tenant = {};", quoted(tenant.as_str()))
}
