//! Postgres: whether it answers, its schema, whose role serves, row-level security, and what waits in the outbox.

use std::time::Duration;

use anyhow::Result;
use somabrain_postgres::{Examined, Newest, Protection, Schema};

use super::report::{Report, causes};
use crate::settings::Settings;

const COMPONENT: &str = "postgres";
const OUTBOX: &str = "outbox";
/// Older than this an alert is raised.
const LONG: Duration = Duration::from_secs(300);

/// Answers of each tenant for which nothing waits the newest memory that the memory service must have.
pub(super) async fn examine(settings: &Settings, report: &mut Report) -> Result<Vec<Newest>> {
    let config = crate::networked::postgres_config(settings)?;
    let examined = match somabrain_postgres::examine(&config).await {
        Ok(examined) => examined,
        Err(error) => {
            report.wrong(
                COMPONENT,
                causes(&error),
                "start it, or correct SOMABRAIN_POSTGRES_DSN: nothing can be stored",
            );
            return Ok(Vec::new());
        }
    };
    report.ok(COMPONENT, format!("reachable; version {}", examined.version));
    protection(&config, report);
    if !schema(&examined, report) {
        return Ok(Vec::new());
    }
    role(&examined, report);
    if examined.sees_all {
        outbox(&examined, report);
    }
    Ok(examined.told)
}

/// Whether somebody else could take the server's place.
fn protection(config: &somabrain_postgres::Config, report: &mut Report) {
    let Ok(protection) = somabrain_postgres::protection(&config.dsn, &config.roots) else { return };
    let what = format!("sslmode={protection}");
    match protection {
        Protection::VerifyFull | Protection::VerifyCa => report.ok(COMPONENT, what),
        Protection::Disable | Protection::Prefer | Protection::Require => {
            let advice = "whoever answers is taken for the server: sslmode=verify-full, unless the network between is yours alone";
            report.note(COMPONENT, what, advice);
        }
    }
}

/// Whether there are tables to look into.
fn schema(examined: &Examined, report: &mut Report) -> bool {
    match &examined.schema {
        Schema::None => {
            let advice =
                "start a replica, which makes them, with SOMABRAIN_POSTGRES_MIGRATION_DSN if another role owns them";
            report.wrong(COMPONENT, "there are no tables", advice);
            false
        }
        Schema::Older { missing } => {
            let what = format!("the schema is older than this program: {} is missing", missing.join(", "));
            report.wrong(COMPONENT, what, "start a replica of this version, which brings it up to date");
            false
        }
        Schema::Present { newest } => {
            report.ok(COMPONENT, format!("schema {newest}"));
            true
        }
        Schema::Newer { unknown } => {
            let what = format!("the schema has {}, which this program does not know", unknown.join(", "));
            report.note(COMPONENT, what, "use the program of the newest version that runs");
            true
        }
    }
}

fn role(examined: &Examined, report: &mut Report) {
    let role = &examined.role;
    walls(examined, report);
    let above = match (examined.superuser, examined.owner) {
        (true, _) => "is a superuser or bypasses row-level security",
        (false, true) => "owns the tables, so that row-level security does not bind it",
        (false, false) => return report.ok(COMPONENT, format!("role {role} owns no table and is no superuser")),
    };
    let advice = "run deploy/postgres/roles.sql once, serve as somabrain, and name somabrain_owner in \
                  SOMABRAIN_POSTGRES_MIGRATION_DSN";
    report.note(COMPONENT, format!("role {role} {above}"), advice);
}

/// Whether row-level security keeps tenants apart, and whether what is done for all of them can be done.
fn walls(examined: &Examined, report: &mut Report) {
    let unguarded = examined.unguarded.join(", ");
    match (&*unguarded, examined.roles) {
        ("", _) => report.ok(COMPONENT, "every table with rows of tenants has row-level security"),
        (_, true) => {
            let advice = "start a replica with the owner's SOMABRAIN_POSTGRES_MIGRATION_DSN, which turns it on, and find out \
                          who turned it off";
            report.wrong(COMPONENT, format!("no row-level security: {unguarded}"), advice);
        }
        (_, false) => {
            let advice = "run deploy/postgres/roles.sql once: nothing but the program itself keeps tenants apart";
            report.note(COMPONENT, format!("no roles, and no row-level security: {unguarded}"), advice);
        }
    }
    if !examined.sees_all {
        let what = format!("role {} sees one tenant at a time: nothing is told, sealed or forgotten", examined.role);
        report.wrong(COMPONENT, what, "run deploy/postgres/roles.sql, or GRANT somabrain_relay TO it");
    }
}

fn outbox(examined: &Examined, report: &mut Report) {
    let (waiting, oldest) = (examined.waiting, examined.oldest);
    let what = format!("{waiting} rows wait, the oldest for {} s", oldest.as_secs());
    if oldest > LONG {
        report.wrong(OUTBOX, what, "see whether the memory service and Kafka answer, and whether a replica runs");
    } else {
        report.ok(OUTBOX, what);
    }
}
