-- Columns named _at are microseconds since 1970 in UTC, but for audit_log and outbox_events, where operators read them.
-- Texts in which anything may stand keep U+0000 escaped: Postgres has no such character.

-- Places in the ledger: of memories, changes and erasures, for all tenants. Never cached: a later act has a higher place.
CREATE SEQUENCE ledger_seq AS bigint CACHE 1;

-- So many places, rising.
CREATE FUNCTION ledger_places(wanted integer) RETURNS bigint[] LANGUAGE sql VOLATILE AS
    'SELECT array(SELECT nextval(''ledger_seq'') FROM generate_series(1, wanted))';

-- A memory as it is now. `seq` is its first place in the ledger, `changed_seq` the place of its last change. `since_at`,
-- `subject`: when and by whom it became what it is. `same` is a digest of what makes two memories duplicates. Lists and
-- objects are JSON as text: jsonb would not keep numbers as they were written.
CREATE TABLE memories (
    seq bigint NOT NULL,
    changed_seq bigint NOT NULL,
    tenant_id text NOT NULL,
    id uuid NOT NULL,
    namespace text NOT NULL,
    content text NOT NULL,
    kind text NOT NULL,
    importance double precision NOT NULL,
    user_id text,
    agent_id text,
    session_id text,
    speaker text,
    source text NOT NULL,
    tags text NOT NULL,
    metadata text NOT NULL,
    occurred_at bigint,
    created_at bigint NOT NULL,
    valid_at bigint NOT NULL,
    invalid_at bigint,
    expires_at bigint,
    supersedes text NOT NULL,
    links text NOT NULL,
    "procedure" text,
    encoder text,
    encoding bytea,
    novelty double precision NOT NULL,
    salience double precision NOT NULL,
    version bigint NOT NULL,
    since_at bigint NOT NULL,
    subject text NOT NULL,
    same bytea NOT NULL,
    checksum bytea NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX memories_by_seq ON memories (seq);
CREATE INDEX memories_by_place ON memories (tenant_id, seq);
CREATE INDEX memories_by_namespace ON memories (tenant_id, namespace, seq);
CREATE INDEX memories_by_same ON memories (tenant_id, same);
CREATE INDEX memories_by_expiry ON memories (expires_at, tenant_id) WHERE expires_at IS NOT NULL;
CREATE INDEX memories_by_user ON memories (tenant_id, user_id) WHERE user_id IS NOT NULL;
CREATE INDEX memories_by_agent ON memories (tenant_id, agent_id) WHERE agent_id IS NOT NULL;
CREATE INDEX memories_by_session ON memories (tenant_id, session_id) WHERE session_id IS NOT NULL;

-- How many memories there are, as the statistics know; -1: they do not.
CREATE FUNCTION memories_estimated() RETURNS bigint LANGUAGE sql STABLE AS
    'SELECT reltuples::bigint FROM pg_class WHERE oid = ''memories''::regclass';

-- What a memory was before a change: the parts that can change; the rest stands in memories.
CREATE TABLE versions (
    tenant_id text NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    importance double precision NOT NULL,
    tags text NOT NULL,
    metadata text NOT NULL,
    links text NOT NULL,
    valid_at bigint NOT NULL,
    invalid_at bigint,
    since_at bigint NOT NULL,
    subject text NOT NULL,
    checksum bytea NOT NULL,
    PRIMARY KEY (tenant_id, id, version)
);

-- Which memories point at which: derived from memories.links.
CREATE TABLE links (
    tenant_id text NOT NULL,
    to_id uuid NOT NULL,
    from_id uuid NOT NULL,
    relation text NOT NULL,
    PRIMARY KEY (tenant_id, to_id, from_id, relation)
);
CREATE INDEX links_by_from ON links (tenant_id, from_id);

-- Ids that can never be used again.
CREATE TABLE tombstones (
    tenant_id text NOT NULL,
    id uuid NOT NULL,
    seq bigint NOT NULL,
    erased_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- What was answered to a request with a key, so that it can be answered again.
CREATE TABLE idempotency (
    tenant_id text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    answer text NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, key)
);
CREATE INDEX idempotency_by_expiry ON idempotency (expires_at);

-- One row an act; never a memory's content. `number` and `seal` are given later, in the order of ids. What is sealed is `detail`; `event_data` is the same for queries.
CREATE TABLE audit_log (
    id bigserial PRIMARY KEY,
    tenant_id text NOT NULL,
    event_type text NOT NULL,
    event_data jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    user_id text NOT NULL,
    resource text NOT NULL,
    outcome text NOT NULL,
    request_id text NOT NULL,
    traceparent text,
    detail text NOT NULL,
    txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    number bigint,
    seal bytea
);
CREATE INDEX audit_log_by_time ON audit_log (tenant_id, created_at);
CREATE UNIQUE INDEX audit_log_by_number ON audit_log (tenant_id, number);
CREATE INDEX audit_log_unsealed ON audit_log (tenant_id, id) WHERE number IS NULL;
ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY audit_log_of_tenant ON audit_log USING (tenant_id = current_setting('app.current_tenant', true));

-- Where each tenant's chain ends.
CREATE TABLE audit_heads (
    tenant_id text PRIMARY KEY,
    number bigint NOT NULL,
    seal bytea NOT NULL
);

-- What is to be told: to the long-term memory (receiver 'long_term': event_type 'put' or 'erase', `seq` its
-- place) and to the event stream (receiver 'stream': `audit_id` its row in the log). Never a memory's content: delivery
-- reads the memory as it is then. A memory has at most one pending put: its last.
CREATE TABLE outbox_events (
    id bigserial PRIMARY KEY,
    event_type text NOT NULL,
    tenant_id text NOT NULL,
    receiver text NOT NULL,
    namespace text,
    memory_id uuid,
    seq bigint,
    audit_id bigint,
    payload jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    processed_at timestamptz,
    status text NOT NULL DEFAULT 'pending',
    txid xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX outbox_events_by_status ON outbox_events (status, created_at);
CREATE INDEX outbox_events_waiting ON outbox_events (tenant_id, receiver, namespace, seq) WHERE status = 'pending';
CREATE INDEX outbox_events_waiting_by_place ON outbox_events (tenant_id, seq) WHERE status = 'pending';
CREATE INDEX outbox_events_waiting_by_memory ON outbox_events (tenant_id, memory_id) WHERE status = 'pending';
CREATE INDEX outbox_events_waiting_by_audit ON outbox_events (tenant_id, audit_id) WHERE status = 'pending';

-- Who works for a tenant's receiver, until when.
CREATE TABLE outbox_leases (
    tenant_id text NOT NULL,
    receiver text NOT NULL,
    holder uuid NOT NULL,
    until timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, receiver)
);

-- Every memory stored, and the version of the density matrix that contains it, with its position in that fold; without
-- a version it is in none yet.
CREATE TABLE observations (
    seq bigint PRIMARY KEY,
    tenant_id text NOT NULL,
    namespace text NOT NULL,
    version bigint,
    position integer
);
CREATE INDEX observations_unmerged ON observations (seq) WHERE version IS NULL;
CREATE INDEX observations_by_version ON observations (tenant_id, namespace, version);

-- The density matrix of a namespace: its lower triangle, little-endian numbers of eight bytes.
CREATE TABLE density (
    tenant_id text NOT NULL,
    namespace text NOT NULL,
    dimensions bigint NOT NULL,
    observations bigint NOT NULL,
    version bigint NOT NULL,
    packed bytea NOT NULL,
    checksum bytea NOT NULL,
    PRIMARY KEY (tenant_id, namespace)
);

-- Earlier matrices that passed all checks, at most one an hour.
CREATE TABLE density_snapshots (
    tenant_id text NOT NULL,
    namespace text NOT NULL,
    taken_at bigint NOT NULL,
    dimensions bigint NOT NULL,
    observations bigint NOT NULL,
    version bigint NOT NULL,
    packed bytea NOT NULL,
    checksum bytea NOT NULL,
    PRIMARY KEY (tenant_id, namespace, taken_at)
);

-- Switches of the deployment, such as maintenance.
CREATE TABLE settings (
    name text PRIMARY KEY,
    value text NOT NULL
);
