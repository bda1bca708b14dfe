-- What feedback taught, one row a lesson, never changed. `recall_id`: the recall that it goes back to; `reverses`: the
-- version of the lesson that it takes back; `step`: how far each weight moves, a JSON object by the terms' names; `total`:
-- the sum of all steps up to this one, in the same form.
CREATE TABLE lessons (
    tenant_id text NOT NULL,
    version bigint NOT NULL,
    recall_id uuid NOT NULL,
    reverses bigint,
    step text NOT NULL,
    total text NOT NULL,
    taught_at bigint NOT NULL,
    subject text NOT NULL,
    PRIMARY KEY (tenant_id, version)
);
CREATE INDEX lessons_by_recall ON lessons (tenant_id, recall_id, version);
CREATE UNIQUE INDEX lessons_by_reversal ON lessons (tenant_id, reverses) WHERE reverses IS NOT NULL;
