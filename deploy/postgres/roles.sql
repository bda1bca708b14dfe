-- The roles of docs/networked.md, and whatever `somabrain` owns in this database in the hands of its owner. Once, by a superuser
-- or an administrator who is a member of these roles, in SomaBrain's own database; again does no harm:
--
--   psql --dbname=somabrain --file=deploy/postgres/roles.sql
--
-- Passwords are given apart: \password somabrain_owner. Replicas that run meanwhile go on, if they are of a version that knows
-- the roles; they need SOMABRAIN_POSTGRES_MIGRATION_DSN at their next start.
BEGIN;

DO $$
BEGIN
    IF to_regrole('somabrain') IS NULL THEN
        CREATE ROLE somabrain LOGIN;
    END IF;
    IF to_regrole('somabrain_owner') IS NULL THEN
        CREATE ROLE somabrain_owner LOGIN;
    END IF;
    IF to_regrole('somabrain_relay') IS NULL THEN
        CREATE ROLE somabrain_relay NOLOGIN;
    END IF;
END
$$;

-- It may become somabrain_relay for a transaction, and has none of its rights by itself.
ALTER ROLE somabrain NOINHERIT;
GRANT somabrain_relay TO somabrain;

REASSIGN OWNED BY somabrain TO somabrain_owner;

DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO somabrain_owner', current_database());
    -- As it is since Postgres 15.
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    -- Whom row-level security would show nothing at all, before the next start of a replica.
    IF to_regproc('admit_roles') IS NOT NULL THEN
        PERFORM admit_roles();
    END IF;
END
$$;

-- So that operators who look across tenants also see what is being asked. Some providers give nobody the right to grant that.
DO $$
BEGIN
    GRANT pg_read_all_stats TO somabrain_relay;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE '%', SQLERRM;
END
$$;

COMMIT;
