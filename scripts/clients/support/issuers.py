"""The local issuers as a client that lets people sign in sees them."""

from urllib.parse import parse_qs, urlsplit

import requests
from flows import address, equal

REDIRECT_URI = "http://localhost:8765/callback"


class Issuer:
    """One side of the local issuer, by its metadata."""

    def __init__(self, name, base, api, allowed, forbidden, scope, **parameters):
        self.name, self.api, self.allowed, self.forbidden = name, api, allowed, forbidden
        self.scope, self.parameters = scope, parameters
        self.metadata = requests.get(f"{base}/.well-known/openid-configuration", timeout=30).json()
        self.keys = requests.get(self.metadata["jwks_uri"], timeout=30).json()

    def sign_in(self, url, persona):
        """Returns the address that the browser of this person is sent back to."""
        response = requests.get(f"{url}&prompt=none&login_hint={persona}", allow_redirects=False, timeout=30)
        equal(response.is_redirect, True)
        return response.headers["Location"]

    def sign_out(self, id_token):
        """Returns the address that the browser is sent to after the sign-out."""
        hint = {"id_token_hint": id_token, "post_logout_redirect_uri": REDIRECT_URI}
        response = requests.get(self.metadata["end_session_endpoint"], params=hint, allow_redirects=False, timeout=30)
        return response.headers["Location"]


def both():
    """Returns both sides."""
    return [
        Issuer(
            "Descope side",
            address("LOCAL_ISSUER_DESCOPE") + "/P2LocalIssuerDevelopment0000",
            address("DESCOPE_API"),
            "/api/private-scoped/readonly",
            "/api/admin/users",
            "openid profile email read:messages",
        ),
        Issuer(
            "Auth0 side",
            address("LOCAL_ISSUER_AUTH0"),
            address("AUTH0_API"),
            "/api/private-scoped/readonly",
            "/api/admin",
            "openid profile email read:messages offline_access",
            audience="https://api.example.com",
        ),
    ]


def parameter(url, name):
    """Returns a parameter of the query of an address, or None."""
    return parse_qs(urlsplit(url).query).get(name, [None])[0]
