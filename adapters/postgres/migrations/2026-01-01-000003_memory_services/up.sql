-- The memory services that are told, each for itself: entries wait for a service as rows of outbox_events whose `receiver`
-- is its own. The first of them is 'long_term', which acts write; the trigger below writes the same for the others, so that
-- whoever writes, of this version or the one before, tells all. `heard_at`: when it was last there.
-- `whole`: whether everything that it lacks waits for it. Until then a replica puts in what was stored before the service
-- was enrolled: erasures up to `filled_tenant`, `filled_id`, then memories up to `filled_seq`; `filling_until`: who does that
-- has time until then.
CREATE TABLE memory_services (
    id uuid PRIMARY KEY,
    receiver text NOT NULL UNIQUE,
    heard_at timestamptz NOT NULL,
    whole boolean NOT NULL DEFAULT false,
    filled_tenant text NOT NULL DEFAULT '',
    filled_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    filled_seq bigint NOT NULL DEFAULT -9223372036854775808,
    filling_until timestamptz NOT NULL DEFAULT '-infinity'
);

-- The service that has been told so far. It has no name yet: the first that tells one inherits from it.
INSERT INTO memory_services (id, receiver, heard_at, whole)
VALUES ('00000000-0000-0000-0000-000000000000', 'long_term', now(), true);

-- Under which name entries wait for a service: its own; of one that is not known the nameless one's, while that is there.
CREATE FUNCTION memory_service_receiver(service uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT CASE WHEN service = '00000000-0000-0000-0000-000000000000' THEN 'long_term' ELSE coalesce(
        (SELECT s.receiver FROM memory_services s WHERE s.id = service),
        (SELECT s.receiver FROM memory_services s WHERE s.id = '00000000-0000-0000-0000-000000000000')
    ) END
$$;

-- Whether everything that a service lacks waits for it under that name.
CREATE FUNCTION memory_service_is_whole(service uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT service = '00000000-0000-0000-0000-000000000000' OR coalesce(
        (SELECT s.whole FROM memory_services s WHERE s.id = service),
        EXISTS (SELECT FROM memory_services s WHERE s.id = '00000000-0000-0000-0000-000000000000')
    )
$$;

-- Makes a service one of those that are told. The lock is one that every act holds from its first entry to its end: what
-- began before is then committed and found by the filling, what begins later finds the service.
CREATE FUNCTION enrol_memory_service(service uuid, inherits boolean, at timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '1s' AS $$
BEGIN
    IF inherits THEN
        UPDATE memory_services SET id = service, heard_at = at
        WHERE id = '00000000-0000-0000-0000-000000000000'
        AND NOT EXISTS (SELECT FROM memory_services s WHERE s.id = service);
        IF FOUND THEN
            RETURN;
        END IF;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('memory services', 0));
    INSERT INTO memory_services (id, receiver, heard_at) VALUES (service, 'long_term:' || service, at)
    ON CONFLICT DO NOTHING;
END
$$;

-- No two entries of one receiver share a place.
DROP INDEX outbox_events_waiting_by_place;
CREATE UNIQUE INDEX outbox_events_waiting_by_place ON outbox_events (tenant_id, receiver, seq)
    WHERE processed_at IS NULL;

CREATE FUNCTION tell_each_memory_service() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('memory services', 0));
    INSERT INTO outbox_events (event_type, tenant_id, receiver, namespace, memory_id, seq, created_at)
    SELECT w.event_type, w.tenant_id, s.receiver, w.namespace, w.memory_id, w.seq, w.created_at
    FROM written w CROSS JOIN memory_services s
    WHERE w.receiver = 'long_term' AND s.receiver <> 'long_term' ORDER BY w.id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

CREATE TRIGGER outbox_events_written AFTER INSERT ON outbox_events REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION tell_each_memory_service();

-- Makes the service that was there last the first, where the first is gone for good (`heard_at` is -infinity): its rows
-- get the name under which acts write.
CREATE FUNCTION hand_over_first_memory_service() RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '1s' AS $$
DECLARE
    heir memory_services%ROWTYPE;
BEGIN
    IF NOT EXISTS (SELECT FROM memory_services WHERE receiver = 'long_term' AND heard_at = '-infinity') THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('memory services', 0));
    SELECT * INTO heir FROM memory_services WHERE receiver <> 'long_term' AND whole
    ORDER BY heard_at DESC, id LIMIT 1 FOR UPDATE;
    DELETE FROM memory_services WHERE receiver = 'long_term' AND heard_at = '-infinity' AND heir.id IS NOT NULL;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    DELETE FROM outbox_events WHERE receiver = 'long_term' AND processed_at IS NULL;
    UPDATE outbox_events SET receiver = 'long_term' WHERE receiver = heir.receiver AND processed_at IS NULL;
    DELETE FROM outbox_leases WHERE receiver IN ('long_term', heir.receiver);
    UPDATE memory_services SET receiver = 'long_term' WHERE id = heir.id;
END
$$;
