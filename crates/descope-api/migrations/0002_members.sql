-- The users of a tenant. Every query names the tenant.
CREATE TABLE members (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- Two users of a tenant never have the same email, in whatever case; those of two tenants may.
CREATE UNIQUE INDEX members_email ON members (tenant_id, lower(email));
