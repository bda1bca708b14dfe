-- What feedback taught, one row a lesson, never changed. `recall`: the recall that it goes back to; `reverses`: the version
-- of the lesson that it takes back; `step`: how far each weight moves, a JSON object by the terms' names; `total`: the sum of
-- all steps up to this one, in the same form.
CREATE TABLE lessons (
    tenant TEXT NOT NULL,
    version INTEGER NOT NULL,
    recall BLOB NOT NULL,
    reverses INTEGER,
    step TEXT NOT NULL,
    total TEXT NOT NULL,
    taught_at INTEGER NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (tenant, version)
) WITHOUT ROWID;
CREATE INDEX lessons_by_recall ON lessons (tenant, recall, version);
CREATE UNIQUE INDEX lessons_by_reversal ON lessons (tenant, reverses) WHERE reverses IS NOT NULL;

PRAGMA user_version = 3;
