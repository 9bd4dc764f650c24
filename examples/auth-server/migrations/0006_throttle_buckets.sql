-- The failures that all replicas have counted, with PostgreSQL. With SQLite there is one process, which counts in memory,
-- and this stays empty. Times are milliseconds since 1970.
CREATE TABLE throttle_buckets (
    -- SHA-256 of what is counted: names and addresses are personal data.
    id TEXT PRIMARY KEY,
    -- When the last failure has drained.
    empty_at BIGINT NOT NULL,
    -- The running attempts, each with one failure reserved; those of a process that was killed are void then.
    running BIGINT NOT NULL,
    running_until BIGINT NOT NULL
);
CREATE INDEX throttle_buckets_empty_at ON throttle_buckets (empty_at);
