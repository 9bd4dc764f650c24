-- One row is enough for a session, however often it is refreshed: all its refresh tokens begin with the same secret,
-- whose hash is `family_hash`, and end with one of their own; `token_hash` is the latest one's. A token that begins
-- right and ends wrong was used before.
ALTER TABLE sessions ADD COLUMN family_hash TEXT;
ALTER TABLE sessions ADD COLUMN token_hash TEXT;
-- A token of an earlier release is all beginning: its end is empty, and this is the hash of nothing. `refresh_tokens`
-- gets no more rows; it has the used tokens of those sessions until they end, and no unused one, which an instance of
-- that release would accept once more.
UPDATE sessions SET
    family_hash = (SELECT MIN(hash) FROM refresh_tokens WHERE session_id = sessions.id AND used_at IS NULL),
    token_hash = '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU';
DELETE FROM refresh_tokens WHERE used_at IS NULL;
CREATE UNIQUE INDEX sessions_family ON sessions (family_hash);

-- Events that are repeated are counted in one row: how often until when. Empty `last_at` is `at`.
ALTER TABLE audit ADD COLUMN times BIGINT NOT NULL DEFAULT 1;
ALTER TABLE audit ADD COLUMN last_at BIGINT;
CREATE INDEX audit_actor ON audit (actor, action, at);
