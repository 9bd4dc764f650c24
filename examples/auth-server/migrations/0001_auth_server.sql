-- Everything that belongs to an organization has its `org_id`, and the foreign keys hold it: a role of one organization
-- cannot be given to a user of another, whatever the code says. Times are seconds since 1970.

CREATE TABLE orgs (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    domain TEXT NOT NULL,
    kind TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Whoever changes rights writes this row first, so that two changes in one organization come one after the other.
    changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX orgs_domain ON orgs (lower(domain));

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES orgs (id),
    username TEXT NOT NULL,
    email TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (org_id, id)
);
-- A user signs in with the name alone, so two organizations cannot have the same.
CREATE UNIQUE INDEX users_username ON users (lower(username));
CREATE UNIQUE INDEX users_email ON users (lower(email));

CREATE TABLE roles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    org_id TEXT NOT NULL REFERENCES orgs (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (org_id, id)
);
CREATE UNIQUE INDEX roles_name ON roles (org_id, lower(name));

CREATE TABLE permissions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    org_id TEXT NOT NULL REFERENCES orgs (id),
    service TEXT NOT NULL,
    resource TEXT NOT NULL,
    action TEXT NOT NULL,
    slug TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (org_id, id)
);
CREATE UNIQUE INDEX permissions_slug ON permissions (org_id, slug);

CREATE TABLE role_permissions (
    org_id TEXT NOT NULL,
    role_id BIGINT NOT NULL,
    permission_id BIGINT NOT NULL,
    PRIMARY KEY (role_id, permission_id),
    FOREIGN KEY (org_id, role_id) REFERENCES roles (org_id, id) ON DELETE CASCADE,
    FOREIGN KEY (org_id, permission_id) REFERENCES permissions (org_id, id) ON DELETE CASCADE
);
CREATE INDEX role_permissions_permission ON role_permissions (org_id, permission_id);

CREATE TABLE user_roles (
    org_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    role_id BIGINT NOT NULL,
    PRIMARY KEY (user_id, role_id),
    FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id) ON DELETE CASCADE,
    FOREIGN KEY (org_id, role_id) REFERENCES roles (org_id, id) ON DELETE CASCADE
);
CREATE INDEX user_roles_role ON user_roles (org_id, role_id);

CREATE TABLE clients (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES orgs (id),
    name TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (org_id, id)
);
CREATE UNIQUE INDEX clients_name ON clients (org_id, lower(name));

CREATE TABLE client_permissions (
    org_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    permission_id BIGINT NOT NULL,
    PRIMARY KEY (client_id, permission_id),
    FOREIGN KEY (org_id, client_id) REFERENCES clients (org_id, id) ON DELETE CASCADE,
    FOREIGN KEY (org_id, permission_id) REFERENCES permissions (org_id, id) ON DELETE CASCADE
);
CREATE INDEX client_permissions_permission ON client_permissions (org_id, permission_id);

-- A sign-in and what came of it by refreshing.
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    org_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    -- What was granted at sign-in, between spaces; empty where everything was asked for.
    scope TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id) ON DELETE CASCADE
);
CREATE INDEX sessions_user ON sessions (org_id, user_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

CREATE TABLE refresh_tokens (
    -- SHA-256 of the token, which is stored nowhere.
    hash TEXT PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    used_at BIGINT
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

CREATE TABLE signing_keys (
    id TEXT PRIMARY KEY,
    algorithm TEXT NOT NULL,
    -- next, current or previous.
    state TEXT NOT NULL,
    public_jwk TEXT NOT NULL,
    -- PKCS#8, encrypted with KEY_ENCRYPTION_KEY.
    private_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- When a previous key may go; 0 while it is next or current.
    retire_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX signing_keys_state ON signing_keys (state) WHERE state <> 'previous';

-- One row decides which of several replicas rotates the keys, and tells the others that it was done.
CREATE TABLE key_set (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    version BIGINT NOT NULL,
    rotated_at BIGINT NOT NULL
);
INSERT INTO key_set (id, version, rotated_at) VALUES (1, 0, 0);

CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    -- Empty where nobody knows whose it is, such as a sign-in under an unknown name.
    org_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    address TEXT NOT NULL
);
CREATE INDEX audit_org ON audit (org_id, id);
CREATE INDEX audit_at ON audit (at);
