"""Organizations at the auth-server: made with plain requests, because no library knows how."""

import html
import itertools
import re
import secrets
from urllib.parse import urljoin

import requests

PASSWORD = "a long password"
READ = "example_service.billing.read"
WRITE = "example_service.billing.write"
INTROSPECT = "auth_server.token.introspect"

_numbers = itertools.count()


class Owner:
    """The owner of a new organization with these rights at billing-api, and a machine client that may read there."""

    def __init__(self, server, actions=("read", "write")):
        unique = f"{secrets.token_hex(6)}-{next(_numbers)}"
        self.server = server
        self.username = f"owner-{unique}"
        self.password = PASSWORD
        person = {"username": self.username, "password": PASSWORD, "primary_email": f"{unique}@example.com"}
        org = {"name": "clients", "domain": f"{unique}.example.com", "type": "teams", "mfa_enabled": False}
        self.org_id = self._post("/user/signup", {"user": person, "org": org}, None)["org_id"]
        token = self.sign_in()["access_token"]
        roles = requests.get(f"{server}/role/", headers=bearer(token), timeout=30).json()
        role = next(role["id"] for role in roles if role["name"] == "owner")
        for action in actions:
            permission = {"service": "example_service", "resource": "billing", "action": action, "description": action}
            slug = self._post("/permission/", permission, token)["slug"]
            self._post("/role/attach-permission", {"role_id": role, "permission_slug": slug}, token)
        self.client_id, self.client_secret = self.new_client([READ])

    def new_client(self, permissions):
        """Returns the id and the secret of a new machine client with these permissions."""
        body = {"name": f"client-{next(_numbers)}", "permissions": permissions}
        client = self._post("/client/", body, self.sign_in()["access_token"])
        return client["client_id"], client["client_secret"]

    def sign_in(self, scope=""):
        """Returns the token response of a sign-in."""
        form = {"grant_type": "password", "username": self.username, "password": PASSWORD, "scope": scope}
        response = requests.post(f"{self.server}/oauth/token", data=form, timeout=30)
        response.raise_for_status()
        return response.json()

    def sign_in_at(self, url):
        """Opens an authorization request in a browser and signs in at its page. Returns the browser, and where it is sent."""
        browser = requests.Session()
        page = browser.get(url, timeout=30)
        hidden = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page.text)
        form = {name: html.unescape(value) for name, value in hidden}
        form |= {"username": self.username, "password": self.password}
        response = browser.post(urljoin(page.url, "sign-in"), data=form, allow_redirects=False, timeout=30)
        return browser, response.headers["Location"]

    def _post(self, path, body, token):
        response = requests.post(self.server + path, json=body, headers=bearer(token), timeout=30)
        response.raise_for_status()
        return response.json() if response.content else None


def bearer(token):
    """Returns the headers of a request with this token, or with none."""
    return {"Authorization": f"Bearer {token}"} if token else {}
