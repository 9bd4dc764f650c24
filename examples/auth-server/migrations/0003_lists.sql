-- What an entry of a list has: the roles of a user, the permissions of a role and of a client. A deleted one takes them along.
CREATE INDEX user_roles_user ON user_roles (org_id, user_id, role_id);
CREATE INDEX role_permissions_role ON role_permissions (org_id, role_id, permission_id);
CREATE INDEX client_permissions_client ON client_permissions (org_id, client_id, permission_id);
-- With the user, so that SQLite does not prefer the first one to it.
DROP INDEX user_roles_role;
CREATE INDEX user_roles_role ON user_roles (org_id, role_id, user_id);
