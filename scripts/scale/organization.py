"""An organization at auth-server with the rights to read and write invoices."""

import secrets

PASSWORD = "a long password"


class Organization:
    """Its owner has signed up; each sign-in is a session of its own. The client may be the proxy's or a replica's."""

    def __init__(self, client):
        unique = secrets.token_hex(8)
        self.username = f"owner-{unique}"
        person = {"username": self.username, "password": PASSWORD, "primary_email": f"{unique}@example.com"}
        org = {"name": "scale", "domain": f"{unique}.example.com", "type": "teams", "mfa_enabled": False}
        expect(client.post("auth-server", "/user/signup", {"user": person, "org": org}, expected=(200, 201)), 200, 201)
        token = self.signed_in(client)["access_token"]
        roles = expect(client.get("auth-server", "/role/", token), 200).json()
        role = next(role["id"] for role in roles if role["name"] == "owner")
        for action in ("read", "write"):
            permission = {"service": "example_service", "resource": "billing", "action": action}
            made = expect(client.post("auth-server", "/permission/", permission, token), 200)
            attachment = {"role_id": role, "permission_slug": made.json()["slug"]}
            expect(client.post("auth-server", "/role/attach-permission", attachment, token, expected=(200, 201)), 200, 201)

    def sign_in(self, client, password=PASSWORD, expected=(200,), headers=None):
        form = {"grant_type": "password", "username": self.username, "password": password}
        return client.form("auth-server", "/oauth/token", form, expected, headers)

    def signed_in(self, client):
        """Returns the tokens of a new session."""
        return expect(self.sign_in(client), 200).json()


def refresh(client, token, expected=(200,)):
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return client.form("auth-server", "/oauth/token", form, expected)


def expect(response, *statuses):
    """Returns the response; fails if it has another status."""
    if response.status not in statuses:
        raise AssertionError(f"expected {statuses}, got {response.status}: {response.body[:300]}")
    return response
