//! The server: there, new, shared by several.

use futures_util::future::join_all;
use somabrain_postgres::Postgres;

use crate::database::Database;

/// The first of them migrates, the others wait for it.
#[tokio::test]
async fn replicas_that_start_at_once_find_one_schema() {
    let database = Database::new().await;
    let mut connection = database.connection().await;
    use diesel_async::SimpleAsyncConnection;
    let anew = "DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION pg_database_owner";
    connection.batch_execute(anew).await.unwrap();
    let replicas = join_all((0..6).map(|_| Postgres::connect(database.config()))).await;
    for replica in replicas {
        replica.unwrap().probe().await.unwrap();
    }
}

/// None before the first use, then one.
#[tokio::test]
async fn connections_are_counted() {
    let database = Database::new().await;
    let postgres = database.postgres().await;
    assert_eq!(postgres.connections(), (0, 8));
    postgres.probe().await.unwrap();
    assert_eq!(postgres.connections(), (0, 8), "given back");
}
