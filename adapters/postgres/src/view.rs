//! Views: transactions for questions and chores, each of which sees what it has to.
//!
//! Acts of a tenant are transactions of their own ([`crate::transaction`]). What else the database is asked is asked in a
//! view: of one tenant, whom row-level security then lets through and nobody else; or of all of them, as the role that sees
//! them, where the serving role does not. A view begins on its way with its first question and ends without being waited for:
//! a question takes one round trip, as it would by itself.

use std::ops::Deref;
use std::time::Duration;

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use domain::tenant::Tenant;
use futures_util::FutureExt;

use crate::Postgres;
use crate::connection::{Pooled, millis};
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
    /// Sends what begins it ahead of the first question. If that fails the question does: the connection is gone, or the
    /// transaction is refused as a whole.
    fn begin(connection: Pooled<'a>, begin: &str, patience: Duration, whose: &str) -> Self {
        let idle = millis(patience);
        let sql = format!("{begin}; SET LOCAL idle_in_transaction_session_timeout = {idle};{whose}");
        let view = Self { connection, is_open: true };
        view.send(&sql);
        view
    }

    /// Puts a command on its way. All answers come in their order, and a failure shows with the next.
    fn send(&self, sql: &str) {
        drop((&mut &*self.connection).batch_execute(sql).now_or_never());
    }

    /// Keeps what was done.
    pub(crate) async fn commit(mut self) -> Result<(), Error> {
        self.is_open = false;
        Ok((&mut &*self.connection).batch_execute("COMMIT").await?)
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
        self.view("BEGIN READ ONLY", &named(tenant)).await
    }

    /// For a chore of one tenant.
    pub(crate) async fn chore(&self, tenant: &Tenant) -> Result<View<'_>, Error> {
        self.view("BEGIN", &named(tenant)).await
    }

    /// For questions and chores of all tenants.
    pub(crate) async fn across(&self) -> Result<View<'_>, Error> {
        self.view("BEGIN", ACROSS).await
    }

    /// For a chore of one tenant that the deployment has and not the tenant, such as sealing its log.
    pub(crate) async fn across_to(&self, tenant: &Tenant) -> Result<View<'_>, Error> {
        self.view("BEGIN", &(named(tenant) + ACROSS)).await
    }

    async fn view(&self, begin: &str, whose: &str) -> Result<View<'_>, Error> {
        Ok(View::begin(self.connection().await?, begin, self.config.timeout, whose))
    }
}

fn named(tenant: &Tenant) -> String {
    format!("SET LOCAL app.current_tenant = {};", quoted(tenant.as_str()))
}
