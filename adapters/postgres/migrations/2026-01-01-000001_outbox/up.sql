-- Up to which number of a tenant's audit chain the stream has everything: where delivery goes on.
ALTER TABLE outbox_leases ADD COLUMN told bigint NOT NULL DEFAULT 0;

-- Whose rows of the audit log wait for their seals, and the first of them: a name and a number, whatever row-level
-- security hides. One look at the index a tenant.
CREATE FUNCTION audit_unsealed() RETURNS TABLE (tenant_id text, id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH RECURSIVE waiting AS (
        (SELECT a.tenant_id, a.id FROM audit_log a WHERE a.number IS NULL ORDER BY a.tenant_id, a.id LIMIT 1)
        UNION ALL
        SELECT next.tenant_id, next.id FROM waiting w CROSS JOIN LATERAL (
            SELECT a.tenant_id, a.id FROM audit_log a WHERE a.number IS NULL AND a.tenant_id > w.tenant_id
            ORDER BY a.tenant_id, a.id LIMIT 1
        ) next
    )
    SELECT w.tenant_id, w.id FROM waiting w
$$;

-- Who has an audit log.
CREATE FUNCTION audit_tenants() RETURNS TABLE (tenant_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH RECURSIVE known AS (
        (SELECT a.tenant_id FROM audit_log a ORDER BY a.tenant_id LIMIT 1)
        UNION ALL
        SELECT next.tenant_id FROM known k CROSS JOIN LATERAL (
            SELECT a.tenant_id FROM audit_log a WHERE a.tenant_id > k.tenant_id ORDER BY a.tenant_id LIMIT 1
        ) next
    )
    SELECT k.tenant_id FROM known k UNION SELECT h.tenant_id FROM audit_heads h ORDER BY 1
$$;

-- What waits has no `processed_at`. Said so and not by its status, the way to it never leads through the index over all
-- rows, whatever the statistics know of a backlog that has just begun.
DROP INDEX outbox_events_waiting;
DROP INDEX outbox_events_waiting_by_place;
DROP INDEX outbox_events_waiting_by_memory;
DROP INDEX outbox_events_waiting_by_audit;
CREATE INDEX outbox_events_waiting ON outbox_events (tenant_id, receiver, namespace, seq) WHERE processed_at IS NULL;
-- No two entries share a place: they are acknowledged by it.
CREATE UNIQUE INDEX outbox_events_waiting_by_place ON outbox_events (tenant_id, seq) WHERE processed_at IS NULL;
CREATE INDEX outbox_events_waiting_by_memory ON outbox_events (tenant_id, memory_id) WHERE processed_at IS NULL;
CREATE INDEX outbox_events_waiting_by_audit ON outbox_events (tenant_id, audit_id) WHERE processed_at IS NULL;
ALTER TABLE outbox_events ADD CONSTRAINT outbox_events_processed CHECK ((status = 'pending') = (processed_at IS NULL));

-- Sealing goes by the order of ids; nothing asks for transactions.
ALTER TABLE audit_log DROP COLUMN txid;
ALTER TABLE outbox_events DROP COLUMN txid;

-- Rows pass through: what has left the indexes above is to be cleared away soon.
ALTER TABLE outbox_events SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
