//! What a test asks the database itself.

use diesel::sql_types::BigInt;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use crate::database::Database;

/// Does statements beside the adapters.
pub(crate) async fn run(database: &Database, sql: &str) {
    database.connection().await.batch_execute(sql).await.unwrap();
}

/// One number; `sql` is what follows SELECT.
pub(crate) async fn number(database: &Database, sql: &str) -> i64 {
    numbers(database, sql).await[0]
}

/// A column of numbers; `sql` is what follows SELECT.
pub(crate) async fn numbers(database: &Database, sql: &str) -> Vec<i64> {
    let mut connection = database.connection().await;
    diesel::dsl::sql::<BigInt>(&format!("SELECT {sql}")).load(&mut connection).await.unwrap()
}

/// The same on a connection.
pub(crate) async fn of(connection: &mut AsyncPgConnection, sql: &str) -> i64 {
    diesel::dsl::sql::<BigInt>(&format!("SELECT {sql}")).get_result(connection).await.unwrap()
}
