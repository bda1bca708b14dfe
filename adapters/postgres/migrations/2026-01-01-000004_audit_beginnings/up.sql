-- Where what is left of a tenant's chain begins, once earlier rows were archived and deleted: number and seal of the last of
-- those; `voucher`: what only the holder of the audit key can write beside them. A tenant without a row: from the first row on.
CREATE TABLE audit_beginnings (
    tenant_id text PRIMARY KEY,
    number bigint NOT NULL,
    seal bytea NOT NULL,
    voucher bytea NOT NULL
);
