-- The permission to introspect tokens, for the organizations that exist already, and their owners.
INSERT INTO permissions (org_id, service, resource, action, slug, description, created_at)
SELECT id, 'auth_server', 'token', 'introspect', 'auth_server.token.introspect', 'Introspects tokens', created_at
FROM orgs;
INSERT INTO role_permissions (org_id, role_id, permission_id)
SELECT p.org_id, r.id, p.id FROM permissions p JOIN roles r ON r.org_id = p.org_id
WHERE p.slug = 'auth_server.token.introspect' AND r.name = 'owner';
