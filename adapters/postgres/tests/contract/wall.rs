//! The second wall between tenants: what the roles can see and do with statements that name no tenant.

use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use somabrain_postgres::{Config, Postgres, examine};

use crate::database::Database;

/// Every table with a tenant_id, with a row of zeros for each tenant: whatever migration made it.
const TABLES: &str = "\
    SELECT c.table_name::text AS name, \
        string_agg(quote_ident(c.column_name), ', ') AS columns, \
        string_agg(CASE \
            WHEN c.column_name = 'tenant_id' THEN '$tenant' \
            WHEN c.data_type = 'bigint' THEN '$number' \
            WHEN c.data_type = 'text' THEN '''x''' \
            WHEN c.data_type = 'uuid' THEN 'gen_random_uuid()' \
            WHEN c.data_type = 'bytea' THEN '''x''::bytea' \
            WHEN c.data_type = 'jsonb' THEN '''{}''' \
            WHEN c.data_type = 'double precision' THEN '0' \
            ELSE 'now()' END, ', ') AS row \
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name) \
    WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' \
        AND (c.is_nullable = 'NO' AND c.column_default IS NULL OR c.column_name = 'id') \
        AND (c.column_name <> 'id' OR c.column_default IS NULL) \
        AND EXISTS (SELECT FROM information_schema.columns o WHERE o.table_schema = c.table_schema \
            AND o.table_name = c.table_name AND o.column_name = 'tenant_id') \
    GROUP BY c.table_name ORDER BY c.table_name";

#[derive(diesel::QueryableByName)]
struct Table {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    columns: String,
    #[diesel(sql_type = Text)]
    row: String,
}

impl Table {
    fn insert(&self, tenant: &str, number: usize) -> String {
        let Self { name, columns, row } = self;
        let row = row.replace("$tenant", &format!("'{tenant}'")).replace("$number", &number.to_string());
        format!("INSERT INTO {name} ({columns}) VALUES ({row})")
    }
}

/// A database in which acme has one row of each table and other has two.
async fn filled() -> (Database, Vec<Table>) {
    let database = Database::new().await;
    let mut admin = database.connection().await;
    let tables: Vec<Table> = diesel::sql_query(TABLES).load(&mut admin).await.unwrap();
    for (number, tenant) in ["acme", "other", "other"].into_iter().enumerate() {
        for table in &tables {
            // Some have a row a tenant at most.
            admin.batch_execute(&(table.insert(tenant, number) + " ON CONFLICT DO NOTHING")).await.unwrap();
        }
    }
    (database, tables)
}

/// In a transaction of a tenant, which leaves nothing behind; `None`: it is not allowed.
async fn within(role: &mut AsyncPgConnection, tenant: Option<&str>, sql: &str) -> Option<i64> {
    role.batch_execute("BEGIN").await.unwrap();
    if let Some(tenant) = tenant {
        role.batch_execute(&format!("SET LOCAL app.current_tenant = '{tenant}'")).await.unwrap();
    }
    let done = if sql.starts_with("SELECT") {
        diesel::dsl::sql::<BigInt>(sql).get_result(role).await
    } else {
        diesel::sql_query(sql).execute(role).await.map(|rows| rows as i64)
    };
    role.batch_execute("ROLLBACK").await.unwrap();
    match done {
        Ok(rows) => Some(rows),
        Err(error) => {
            let said = error.to_string();
            assert!(said.contains("permission denied") || said.contains("row-level security"), "{sql}: {said}");
            None
        }
    }
}

#[tokio::test]
async fn statements_without_a_condition_reach_one_tenant() {
    let (database, tables) = filled().await;
    assert!(tables.len() >= 14, "{}", tables.len());
    let mut role = database.connection_of("somabrain").await;
    for table in &tables {
        let name = &table.name;
        let all = format!("SELECT count(*) FROM {name}");
        for (tenant, seen) in [(Some("acme"), 1), (Some("nobody"), 0), (Some(""), 0), (None, 0)] {
            let allowed = |done: Option<i64>| done.is_none_or(|rows| rows == seen);
            assert!(allowed(within(&mut role, tenant, &all).await), "{tenant:?} {name}");
            let update = format!("UPDATE {name} SET tenant_id = tenant_id");
            assert!(allowed(within(&mut role, tenant, &update).await), "{tenant:?} {name}");
            let delete = format!("DELETE FROM {name}");
            assert!(allowed(within(&mut role, tenant, &delete).await), "{tenant:?} {name}");
            assert_eq!(within(&mut role, tenant, &table.insert("other", 7)).await, None, "{tenant:?} {name}");
            let give = format!("UPDATE {name} SET tenant_id = 'other'");
            assert!(within(&mut role, tenant, &give).await.is_none_or(|rows| rows == 0), "{tenant:?} {name}");
        }
    }
    // It was not that it may do nothing.
    assert_eq!(within(&mut role, Some("acme"), "SELECT count(*) FROM memories").await, Some(1));
    assert_eq!(within(&mut role, Some("other"), "DELETE FROM memories").await, Some(2));
}

/// It is for work that is nobody's own.
#[tokio::test]
async fn the_role_that_sees_all_tenants_changes_no_memory() {
    let (database, tables) = filled().await;
    let mut role = database.connection_of("somabrain").await;
    role.batch_execute("SET ROLE somabrain_relay").await.unwrap();
    for Table { name, .. } in &tables {
        let seen = within(&mut role, None, &format!("SELECT count(*) FROM {name}")).await;
        assert!(seen >= Some(2), "{name}: {seen:?}");
    }
    for table in ["memories", "versions", "links", "tombstones", "observations", "density", "lessons"] {
        let update = format!("UPDATE {table} SET tenant_id = tenant_id");
        assert_eq!(within(&mut role, None, &update).await, None, "{table}");
        assert_eq!(within(&mut role, None, &format!("DELETE FROM {table}")).await, None, "{table}");
    }
}

#[tokio::test]
async fn neither_role_can_take_the_wall_down_or_change_the_audit_log() {
    let (database, _) = filled().await;
    let mut role = database.connection_of("somabrain").await;
    for become_ in ["SELECT 1", "SET LOCAL ROLE somabrain_relay"] {
        for sql in [
            "ALTER TABLE memories DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE memories OWNER TO somabrain",
            "DROP POLICY of_tenant ON memories",
            "CREATE POLICY mine ON memories USING (true)",
            "ALTER POLICY of_tenant ON memories USING (true)",
            "DROP TABLE memories",
            "TRUNCATE memories",
            "CREATE TABLE mine (id bigint)",
            "CREATE OR REPLACE FUNCTION admit_roles() RETURNS void LANGUAGE sql AS ''",
            "DELETE FROM audit_log",
            "TRUNCATE audit_log",
            "UPDATE audit_log SET user_id = 'eve'",
            "UPDATE audit_log SET tenant_id = 'acme'",
            "DELETE FROM audit_heads",
            "DELETE FROM audit_beginnings",
            "SET LOCAL row_security = off; SELECT * FROM versions",
            "SET LOCAL ROLE somabrain_owner",
            "SET SESSION AUTHORIZATION postgres",
            "ALTER ROLE somabrain BYPASSRLS",
            "GRANT ALL ON memories TO somabrain",
        ] {
            let all = format!("BEGIN; SET LOCAL app.current_tenant = 'acme'; {become_}; {sql}; COMMIT");
            let tried = role.batch_execute(&all).await;
            // Rights that are not there to be given are only warned of.
            assert!(tried.is_err() || sql.starts_with("GRANT"), "{become_}: {sql}");
            role.batch_execute("ROLLBACK").await.unwrap();
        }
    }
    for sql in ["SELECT tenant_id FROM audit_tenants()", "SELECT hand_over_first_memory_service()"] {
        role.batch_execute(sql).await.expect_err(sql);
    }
    assert_eq!(within(&mut role, Some("acme"), "SELECT count(*) FROM audit_log").await, Some(1));
    assert_eq!(within(&mut role, Some("other"), "SELECT count(*) FROM memories").await, Some(2));
}

/// Temporary tables come before others, and what is done by their triggers would be done as the owner.
#[tokio::test]
async fn what_acts_as_the_owner_is_not_led_to_temporary_tables() {
    let (database, _) = filled().await;
    let another = "INSERT INTO memory_services (id, receiver, heard_at) VALUES (gen_random_uuid(), 'another', now())";
    database.connection().await.batch_execute(another).await.unwrap();
    let mut role = database.connection_of("somabrain").await;
    let trap = "CREATE TEMPORARY TABLE outbox_events (LIKE public.outbox_events INCLUDING DEFAULTS); \
                CREATE FUNCTION pg_temp.climb() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                ALTER TABLE public.memories DISABLE ROW LEVEL SECURITY; RETURN NEW; END $$; \
                CREATE TRIGGER climb BEFORE INSERT ON outbox_events FOR EACH ROW EXECUTE FUNCTION pg_temp.climb(); \
                SET app.current_tenant = 'acme'; \
                INSERT INTO public.outbox_events (event_type, tenant_id, receiver, namespace, seq, created_at) \
                VALUES ('put', 'acme', 'long_term', 'default', 77, now())";
    role.batch_execute(trap).await.unwrap();
    assert_eq!(within(&mut role, Some("acme"), "SELECT count(*) FROM public.memories").await, Some(1));
    assert_eq!(
        within(&mut role, Some("acme"), "SELECT count(*) FROM public.outbox_events WHERE seq = 77").await,
        Some(2)
    );
}

/// As the log of a deployment says it whose roles were made halfway.
#[tokio::test]
async fn a_role_that_may_not_see_all_tenants_is_told_so() {
    let database = Database::new().await;
    database
        .connection()
        .await
        .batch_execute(
            "DO $$ BEGIN CREATE ROLE somabrain_halfway LOGIN; EXCEPTION WHEN OTHERS THEN NULL; END $$; \
         GRANT SELECT ON ALL TABLES IN SCHEMA public TO somabrain_halfway",
        )
        .await
        .unwrap();
    let config = Config { dsn: database.dsn_of("somabrain_halfway"), ..database.config() };
    let refused = Postgres::connect(config.clone()).await.unwrap().count_memories().await.unwrap_err();
    let words = std::error::Error::source(&refused).unwrap().to_string();
    assert!(words.contains("permission denied to set role \"somabrain_relay\""), "{words}");
    let examined = examine(&config).await.unwrap();
    assert_eq!((examined.sees_all, examined.owner, examined.roles, examined.unguarded), (false, false, true, vec![]));
    for (config, owner) in [(database.config(), false), (database.single(), true)] {
        let examined = examine(&config).await.unwrap();
        assert_eq!((examined.sees_all, examined.owner, examined.superuser), (true, owner, false));
    }
}

/// Made by a migration whose author thought of nothing else.
#[tokio::test]
async fn a_new_table_with_a_tenant_is_behind_the_wall_at_the_next_start() {
    let database = Database::new().await;
    let mut owner = database.connection_of("somabrain_owner").await;
    let made = "CREATE TABLE moods (tenant_id text); INSERT INTO moods VALUES ('acme'), ('other'); \
                GRANT SELECT ON moods TO somabrain";
    owner.batch_execute(made).await.unwrap();
    drop(database.postgres().await);
    let mut role = database.connection_of("somabrain").await;
    assert_eq!(within(&mut role, Some("acme"), "SELECT count(*) FROM moods").await, Some(1));
    assert_eq!(within(&mut role, None, "SELECT count(*) FROM moods").await, Some(0));
}
