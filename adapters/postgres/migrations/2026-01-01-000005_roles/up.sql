-- Whose rows a transaction sees: those of the tenant that it names, and none where it names nobody. A setting that was named
-- in an earlier transaction of the connection is empty.
ALTER POLICY audit_log_of_tenant ON audit_log RENAME TO of_tenant;
ALTER POLICY of_tenant ON audit_log USING (tenant_id = nullif(current_setting('app.current_tenant', true), ''));

-- What acts as the owner finds the tables of this schema, and not temporary ones that its caller has made.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'audit_unsealed', 'audit_tenants', 'memory_service_receiver', 'memory_service_is_whole', 'enrol_memory_service',
        'tell_each_memory_service', 'hand_over_first_memory_service'
    ] LOOP
        EXECUTE format('ALTER FUNCTION %I SET search_path = %I, pg_temp', name, current_schema());
    END LOOP;
END
$$;

-- Lets in the roles of deploy/postgres/roles.sql, where they are there: `somabrain` then sees of each table with a tenant_id
-- what is the tenant's that its transaction names, `somabrain_relay` all of what it has to do with. The owner is bound by
-- nothing, so that nothing changes where one role owns and serves, or where there are no such roles.
--
-- The owner calls it at each start of the program. Row-level security is turned on only where it is not: that waits for
-- whoever works in the table.
CREATE FUNCTION admit_roles() RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    name text;
BEGIN
    IF to_regrole('somabrain') IS NULL OR to_regrole('somabrain_relay') IS NULL THEN
        RETURN;
    END IF;
    FOR name IN
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
        AND a.attname = 'tenant_id' AND NOT a.attisdropped AND pg_has_role(c.relowner, 'USAGE')
        AND NOT (c.relrowsecurity AND 2 = (
            SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname IN ('of_tenant', 'of_all')
        ))
        ORDER BY c.relname
    LOOP
        EXECUTE format('DROP POLICY IF EXISTS of_tenant ON %I', name);
        EXECUTE format('DROP POLICY IF EXISTS of_all ON %I', name);
        EXECUTE format(
            'CREATE POLICY of_tenant ON %I USING (tenant_id = nullif(current_setting(''app.current_tenant'', true), '''')) '
            'WITH CHECK (tenant_id = nullif(current_setting(''app.current_tenant'', true), ''''))', name);
        EXECUTE format('CREATE POLICY of_all ON %I TO somabrain_relay USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    END LOOP;

    IF NOT has_schema_privilege('somabrain_relay', current_schema(), 'USAGE') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO somabrain, somabrain_relay', current_schema());
    END IF;
    GRANT SELECT ON __diesel_schema_migrations TO somabrain, somabrain_relay;

    -- What acts and questions of one tenant do.
    GRANT SELECT, INSERT, UPDATE, DELETE ON memories, observations, outbox_events, density, settings TO somabrain;
    GRANT SELECT, INSERT, DELETE ON links, density_snapshots TO somabrain;
    GRANT SELECT, INSERT, UPDATE, DELETE ON versions TO somabrain;
    GRANT SELECT, INSERT, UPDATE ON idempotency TO somabrain;
    GRANT SELECT, INSERT ON tombstones, lessons, audit_log TO somabrain;
    GRANT USAGE ON SEQUENCE ledger_seq, audit_log_id_seq, outbox_events_id_seq TO somabrain;

    -- What is done for all of them: telling, sealing, counting, forgetting. It changes no memory, and of an audit row only
    -- what is set when it is sealed; rows of the log are deleted by the owner, when they are archived.
    GRANT SELECT ON memories, versions, links, tombstones, observations, density, density_snapshots, lessons, audit_log,
        audit_beginnings, settings TO somabrain_relay;
    GRANT SELECT, DELETE ON idempotency TO somabrain_relay;
    GRANT UPDATE (number, seal) ON audit_log TO somabrain_relay;
    GRANT SELECT, INSERT, UPDATE ON audit_heads, outbox_leases TO somabrain_relay;
    GRANT SELECT, INSERT, UPDATE, DELETE ON outbox_events TO somabrain_relay;
    GRANT SELECT, UPDATE, DELETE ON memory_services TO somabrain_relay;
    GRANT USAGE ON SEQUENCE ledger_seq, outbox_events_id_seq TO somabrain_relay;

    -- They act as the owner, and tell of tenants or change what is everybody's.
    REVOKE EXECUTE ON FUNCTION audit_unsealed(), audit_tenants(), enrol_memory_service(uuid, boolean, timestamptz),
        hand_over_first_memory_service() FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION audit_unsealed(), audit_tenants(), enrol_memory_service(uuid, boolean, timestamptz),
        hand_over_first_memory_service() TO somabrain_relay;
END
$$;
