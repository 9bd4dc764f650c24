"""django-oauth-toolkit in a site of one file: opaque access tokens, and signed ones by a setting of its own."""

import os
import sys
import tempfile
from wsgiref.simple_server import make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings as site
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path
from offer import BASE, PORT, READ, client_credentials, offer

ISSUER = f"{BASE}/o"
AUDIENCE = "https://billing.example.com"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
FOLDER = tempfile.TemporaryDirectory()
# So that the settings can name the function below.
sys.modules["issuer"] = sys.modules["__main__"]


def signed(request, refresh_token=False):
    """An access token as oauthlib signs it: without a key id."""
    from oauthlib.oauth2.rfc6749.tokens import random_token_generator, signed_token_generator

    if "introspection" in (request.scopes or []) or request.client.name == "opaque":
        return random_token_generator(request, refresh_token)
    claims = {"iss": ISSUER, "aud": AUDIENCE, "client_id": request.client.client_id, "org_id": "O1"}
    if request.client.name == "subject":
        claims["sub"] = request.client.client_id
    return signed_token_generator(KEY.decode(), **claims)(request)


site.configure(
    SECRET_KEY="for this run only",
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF="issuer",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "oauth2_provider"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.path.join(FOLDER.name, "site.db")}},
    USE_TZ=True,
    OAUTH2_PROVIDER={
        "SCOPES": {READ: "Read billing", "openid": "Sign in", "introspection": "Introspect"},
        "DEFAULT_SCOPES": [READ],
        "OIDC_ENABLED": True,
        "OIDC_ISS_ENDPOINT": ISSUER,
        "OIDC_RSA_PRIVATE_KEY": KEY.decode(),
        "ACCESS_TOKEN_GENERATOR": "issuer.signed",
    },
)
django.setup()
urlpatterns = [path("o/", include("oauth2_provider.urls", namespace="oauth2_provider"))]


def rows():
    from oauth2_provider.models import Application

    secret = "a secret"
    clients = {}
    for name in ("opaque", "no subject", "subject"):
        clients[name] = Application.objects.create(
            name=name,
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
            algorithm=Application.RS256_ALGORITHM,
            client_secret=secret,
        ).client_id
    tokens = {name: client_credentials(f"{ISSUER}/token/", clients[name], secret, scope=READ) for name in clients}
    settings = {"ISSUER": ISSUER, "AUDIENCE": AUDIENCE, "SCOPES_CLAIM": "scope"}
    asks = {"INTROSPECTION_URL": f"{ISSUER}/introspect/", "INTROSPECTION_CLIENT_ID": clients["opaque"]}
    asks |= {"INTROSPECTION_CLIENT_SECRET": secret, "CLIENT_AS_SUBJECT": "true", "NO_AUDIENCE": "true"}
    asks |= {"ISSUER": ISSUER, "SCOPES_CLAIM": "scope", "CLIENTS": clients["opaque"]}
    wrong = {"INTROSPECTION_CLIENT_SECRET": "wrong"}
    without_id = settings | {"KID_OPTIONAL": "true"}
    return [
        ("opaque access token", settings, tokens["opaque"], "/billing/", 401),
        ("opaque access token, asked about with a wrong secret", asks | wrong, tokens["opaque"], "/billing/", 503),
        ("opaque access token of another client", asks | {"CLIENTS": "another"}, tokens["opaque"], "/billing/", 401),
        ("opaque access token, asked about", asks, tokens["opaque"], "/billing/", 200),
        ("signed access token, which has no kid", settings, tokens["subject"], "/billing/", 401),
        ("signed access token", without_id, tokens["subject"], "/billing/", 200),
        ("signed access token without sub", without_id, tokens["no subject"], "/billing/", 401),
        ("signed access token without sub", without_id | {"CLIENT_AS_SUBJECT": "true"}, tokens["no subject"], "/billing/", 200),
    ]


call_command("migrate", verbosity=0)
server = make_server("localhost", PORT, get_wsgi_application())
offer("django-oauth-toolkit", server.serve_forever, rows)
