-- Memories that a density matrix has seen, each with the version of the matrix that was the first to do so.
CREATE TABLE merged (
    seq INTEGER PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL
);

-- Of what was merged before this table was there it is only known that the present version has seen it. Earlier snapshots
-- would say that they have too: they go.
INSERT INTO merged (seq, version)
    SELECT m.seq, d.version FROM memories m
    JOIN density d ON d.tenant = m.tenant AND d.namespace = m.namespace
    WHERE m.seq NOT IN (SELECT seq FROM unmerged);
DELETE FROM density_snapshots WHERE NOT EXISTS (
    SELECT 1 FROM density d
    WHERE d.tenant = density_snapshots.tenant AND d.namespace = density_snapshots.namespace
    AND d.version = density_snapshots.version);

PRAGMA user_version = 4;
