-- How far the event stream has been told of each tenant's chain; a tenant without a row: not at all.
CREATE TABLE published (
    tenant_id TEXT PRIMARY KEY NOT NULL,
    number INTEGER NOT NULL
) WITHOUT ROWID;

PRAGMA user_version = 2;
