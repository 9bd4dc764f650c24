-- What a repeated refresh request needs within TOKENS__REFRESH_GRACE_SECONDS: which token was used last, when (seconds
-- since 1970), and what the latest token was made with. Without a grace these stay empty.
ALTER TABLE sessions ADD COLUMN previous_hash TEXT;
ALTER TABLE sessions ADD COLUMN refreshed_at BIGINT;
ALTER TABLE sessions ADD COLUMN salt TEXT;
