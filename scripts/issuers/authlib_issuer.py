"""An authorization server made with Authlib, as its documentation shows: access tokens are JWTs (RFC 9068)."""

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientCredentialsGrant, ClientMixin
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from flask import Flask, jsonify
from joserfc.jwk import KeySet, RSAKey
from offer import BASE, PORT, READ, client_credentials, offer

KEY = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
AUDIENCE = "https://billing.example.com"
app = Flask(__name__)


class Client(ClientMixin):
    client_id = "nightly-report"

    def get_client_id(self):
        return self.client_id

    def get_allowed_scope(self, scope):
        return " ".join(name for name in (scope or READ).split() if name == READ)

    def check_client_secret(self, client_secret):
        return client_secret == "a secret"

    def check_endpoint_auth_method(self, method, endpoint):
        return method == "client_secret_basic"

    def check_grant_type(self, grant_type):
        return grant_type == "client_credentials"


class Tokens(JWTBearerTokenGenerator):
    def get_jwks(self):
        return KeySet([KEY])

    def get_audiences(self, client, user, scope):
        return [AUDIENCE]

    def get_extra_claims(self, client, grant_type, user, scope):
        return {"org_id": "O1"}


CLIENT = Client()
server = AuthorizationServer(app, lambda name: CLIENT if name == CLIENT.client_id else None, lambda token, request: None)
server.register_grant(ClientCredentialsGrant)
server.register_token_generator("client_credentials", Tokens(issuer=BASE))


@app.post("/token")
def token():
    return server.create_token_response()


@app.get("/.well-known/openid-configuration")
def discovery():
    return jsonify(issuer=BASE, jwks_uri=f"{BASE}/keys", token_endpoint=f"{BASE}/token", response_types_supported=[])


@app.get("/keys")
def keys():
    return jsonify(KeySet([KEY]).as_dict(private=False))


def rows():
    settings = {"ISSUER": BASE, "AUDIENCE": AUDIENCE, "SCOPES_CLAIM": "scope"}
    token = client_credentials(f"{BASE}/token", CLIENT.client_id, "a secret", scope=READ)
    return [
        ("access token for another API", settings | {"AUDIENCE": "https://another.example.com"}, token, "/billing/", 401),
        ("access token", settings, token, "/billing/", 200),
        ("access token, RFC 9068 only", settings | {"RFC9068_ONLY": "true"}, token, "/billing/", 200),
    ]


offer("Authlib", lambda: app.run(port=PORT), rows)
