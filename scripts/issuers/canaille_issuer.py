"""Canaille with its store in memory: opaque access tokens of a machine client."""

import datetime

from canaille import create_app
from joserfc.jwk import RSAKey
from offer import BASE, PORT, client_credentials, offer
from werkzeug.serving import make_server

CLIENT, SECRET = "nightly-report", "a secret"
KEY = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True).as_dict(private=True)
app = create_app(
    {
        "SECRET_KEY": "for this run only",
        "SERVER_NAME": f"localhost:{PORT}",
        "PREFERRED_URL_SCHEME": "http",
        "CANAILLE": {"DATABASE": "memory"},
        "CANAILLE_OIDC": {"ACTIVE_JWKS": [KEY]},
    }
)


def rows():
    from canaille.app import models
    from canaille.backends import Backend

    with app.app_context():
        now = datetime.datetime.now(datetime.timezone.utc)
        client = models.Client(
            client_id=CLIENT,
            client_secret=SECRET,
            client_name=CLIENT,
            client_id_issued_at=now,
            grant_types=["client_credentials"],
            response_types=[],
            redirect_uris=[],
            scope=["profile"],
            token_endpoint_auth_method="client_secret_basic",
        )
        Backend.instance.save(client)
        client.audience = [client]
        Backend.instance.save(client)
    token = client_credentials(f"{BASE}/oauth/token", CLIENT, SECRET, scope="profile")
    settings = {"ISSUER": BASE, "AUDIENCE": CLIENT, "SCOPES_CLAIM": "scope"}
    asks = {"INTROSPECTION_URL": "discover", "INTROSPECTION_CLIENT_ID": CLIENT, "INTROSPECTION_CLIENT_SECRET": SECRET}
    asks |= {"CLIENT_AS_SUBJECT": "true"}
    wrong = {"INTROSPECTION_CLIENT_SECRET": "wrong"}
    return [
        ("opaque access token", settings, token, "/billing/me", 401),
        ("opaque access token, asked about with a wrong secret", settings | asks | wrong, token, "/billing/me", 503),
        ("opaque access token of another issuer", settings | asks, token[::-1], "/billing/me", 401),
        ("opaque access token, asked about", settings | asks, token, "/billing/me", 200),
    ]


offer("Canaille", make_server("localhost", PORT, app, threaded=True).serve_forever, rows)
