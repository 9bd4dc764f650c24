-- A browser that a user has signed in with. Its cookie opens it; the database has the hash.
CREATE TABLE browser_sessions (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL,
    org_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    auth_time BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX browser_sessions_hash ON browser_sessions (hash);
CREATE INDEX browser_sessions_user ON browser_sessions (org_id, user_id, id);
CREATE INDEX browser_sessions_expires_at ON browser_sessions (expires_at);

-- An authorization code. A used one stays until it is cleaned up, so that a second use is noticed.
CREATE TABLE authorization_codes (
    -- Also the id of the session that the code opens.
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL,
    org_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    -- The browser session. Signing out of it deletes its codes.
    browser_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    code_challenge TEXT NOT NULL,
    scope TEXT NOT NULL,
    nonce TEXT,
    auth_time BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX authorization_codes_hash ON authorization_codes (hash);
CREATE INDEX authorization_codes_user ON authorization_codes (org_id, user_id, id);
CREATE INDEX authorization_codes_browser ON authorization_codes (browser_id);
CREATE INDEX authorization_codes_expires_at ON authorization_codes (expires_at);

-- The client that a session belongs to, and the browser session that it came of; empty for a sign-in without a browser.
ALTER TABLE sessions ADD COLUMN client_id TEXT NOT NULL DEFAULT 'auth-server';
ALTER TABLE sessions ADD COLUMN browser_id TEXT;
CREATE INDEX sessions_browser ON sessions (browser_id);
