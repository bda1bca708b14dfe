-- Times are microseconds since 1970 in UTC. Whatever a caller wrote stands in memories, versions and outbox_events only,
-- each appended by rowid, so that an erasure leaves nothing of it behind in pages that were rebalanced.

-- A memory as it is now. `seq` is its first place in the ledger, `changed_seq` the place of its last change; both, and the
-- places of erasures, come from one counter. `since_at`, `subject`: when and by whom it became what it is. `same` is a digest
-- of what makes two memories duplicates.
CREATE TABLE memories (
    seq INTEGER PRIMARY KEY NOT NULL,
    changed_seq INTEGER NOT NULL,
    tenant TEXT NOT NULL,
    id BLOB NOT NULL,
    namespace TEXT NOT NULL,
    content TEXT NOT NULL,
    kind TEXT NOT NULL,
    importance REAL NOT NULL,
    user_id TEXT,
    agent_id TEXT,
    session_id TEXT,
    speaker TEXT,
    source TEXT NOT NULL,
    tags TEXT NOT NULL,
    metadata TEXT NOT NULL,
    occurred_at INTEGER,
    created_at INTEGER NOT NULL,
    valid_at INTEGER NOT NULL,
    invalid_at INTEGER,
    expires_at INTEGER,
    supersedes TEXT NOT NULL,
    links TEXT NOT NULL,
    "procedure" TEXT,
    encoder TEXT,
    encoding BLOB,
    novelty REAL NOT NULL,
    salience REAL NOT NULL,
    version INTEGER NOT NULL,
    since_at INTEGER NOT NULL,
    subject TEXT NOT NULL,
    same BLOB NOT NULL,
    checksum BLOB NOT NULL
);
CREATE UNIQUE INDEX memories_by_id ON memories (tenant, id);
CREATE INDEX memories_by_same ON memories (tenant, same);

-- What a memory was before a change: the parts that can change; the rest stands in memories.
CREATE TABLE versions (
    place INTEGER PRIMARY KEY NOT NULL,
    tenant TEXT NOT NULL,
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    importance REAL NOT NULL,
    tags TEXT NOT NULL,
    metadata TEXT NOT NULL,
    links TEXT NOT NULL,
    valid_at INTEGER NOT NULL,
    invalid_at INTEGER,
    since_at INTEGER NOT NULL,
    subject TEXT NOT NULL,
    checksum BLOB NOT NULL
);
CREATE UNIQUE INDEX versions_by_id ON versions (tenant, id, version);

-- Which memories point at which: derived from memories.links.
CREATE TABLE links (
    tenant TEXT NOT NULL,
    to_id BLOB NOT NULL,
    from_id BLOB NOT NULL,
    relation TEXT NOT NULL,
    PRIMARY KEY (tenant, to_id, from_id, relation)
) WITHOUT ROWID;
CREATE INDEX links_by_from ON links (tenant, from_id);

-- Ids that can never be used again.
CREATE TABLE tombstones (
    tenant TEXT NOT NULL,
    id BLOB NOT NULL,
    erased_at INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;

-- Memories that no density matrix has seen.
CREATE TABLE unmerged (
    seq INTEGER PRIMARY KEY NOT NULL
);

-- One row an act, each sealed together with the one before it; never a memory's content.
CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    event_data TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    resource TEXT NOT NULL,
    outcome TEXT NOT NULL,
    request_id TEXT NOT NULL,
    seal BLOB NOT NULL
);
CREATE UNIQUE INDEX audit_log_by_number ON audit_log (tenant_id, number);
CREATE INDEX audit_log_by_time ON audit_log (tenant_id, created_at);

-- Where each tenant's chain ends.
CREATE TABLE audit_heads (
    tenant_id TEXT PRIMARY KEY NOT NULL,
    number INTEGER NOT NULL,
    seal BLOB NOT NULL
) WITHOUT ROWID;

-- What is to be told to an event stream; without a stream nothing is written here.
CREATE TABLE outbox_events (
    id INTEGER PRIMARY KEY NOT NULL,
    event_type TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    memory_id BLOB,
    payload TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    processed_at INTEGER,
    status TEXT NOT NULL DEFAULT 'pending'
);
CREATE INDEX outbox_events_by_status ON outbox_events (status, created_at);
CREATE INDEX outbox_events_by_memory ON outbox_events (tenant_id, memory_id);

-- What was answered to a request with a key, so that it can be answered again.
CREATE TABLE idempotency (
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    answer TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_by_expiry ON idempotency (expires_at);

-- The density matrix of a namespace: its lower triangle, little-endian numbers of eight bytes.
CREATE TABLE density (
    tenant TEXT NOT NULL,
    namespace TEXT NOT NULL,
    dimensions INTEGER NOT NULL,
    observations INTEGER NOT NULL,
    version INTEGER NOT NULL,
    packed BLOB NOT NULL,
    checksum BLOB NOT NULL,
    PRIMARY KEY (tenant, namespace)
);

-- Earlier matrices that passed all checks, at most one an hour.
CREATE TABLE density_snapshots (
    tenant TEXT NOT NULL,
    namespace TEXT NOT NULL,
    taken_at INTEGER NOT NULL,
    dimensions INTEGER NOT NULL,
    observations INTEGER NOT NULL,
    version INTEGER NOT NULL,
    packed BLOB NOT NULL,
    checksum BLOB NOT NULL,
    PRIMARY KEY (tenant, namespace, taken_at)
);

-- Switches of the deployment, such as maintenance.
CREATE TABLE settings (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) WITHOUT ROWID;

PRAGMA user_version = 1;
