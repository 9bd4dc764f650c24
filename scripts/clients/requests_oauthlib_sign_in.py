"""requests-oauthlib lets people sign in at auth-server and at the local issuers: authorization code with PKCE, refresh.

Revocation is oauthlib's, which it is built on.
"""

import os

# Its clients speak https only, unless this is set: the Descope side is on this machine.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
# The granted scopes may be fewer than those that were asked for.
os.environ["OAUTHLIB_RELAX_TOKEN_SCOPE"] = "1"

import requests
from flows import address, equal, flow, refused, run
from issuers import REDIRECT_URI, both
from oauthlib.oauth2 import WebApplicationClient
from people import READ, Owner
from requests_oauthlib import OAuth2Session


def revoke(client, metadata):
    """Revokes the refresh token, and expects that it gives no token afterwards."""
    token = client.token["refresh_token"]
    prepared = WebApplicationClient(client.client_id).prepare_token_revocation_request
    url, headers, body = prepared(metadata["revocation_endpoint"], token, "refresh_token", client_id=client.client_id)
    equal(requests.post(url, headers=headers, data=body, timeout=30).status_code, 200)
    refused(Exception, client.refresh_token, metadata["token_endpoint"], token, client_id=client.client_id)


@flow("auth-server: sign-in at its page, refresh, userinfo, the token at billing-api, and a code used twice")
def auth_server():
    server = address("AUTH_SERVER")
    metadata = requests.get(f"{server}/.well-known/openid-configuration", timeout=30).json()
    redirect_uri, scope = "http://localhost:8765/docs/oauth2-redirect.html", ["openid", "email", READ]
    client = OAuth2Session("auth-server", redirect_uri=redirect_uri, scope=scope, pkce="S256")
    url, _ = client.authorization_url(metadata["authorization_endpoint"])
    _, back = Owner(server).sign_in_at(url)
    named = {"authorization_response": back, "include_client_id": True}
    client.fetch_token(metadata["token_endpoint"], **named)
    before = client.token["refresh_token"]
    client.refresh_token(metadata["token_endpoint"], client_id="auth-server")
    equal(client.token["refresh_token"] != before, True)
    equal("email" in client.get(metadata["userinfo_endpoint"]).json(), True)
    equal(client.get(f"{address('BILLING_API')}/billing/").status_code, 200)
    refused(Exception, client.fetch_token, metadata["token_endpoint"], **named)
    # A second use has ended the session.
    equal(client.get(metadata["userinfo_endpoint"]).status_code, 401)


for issuer in both():

    @flow(f"local issuer, {issuer.name}: sign-in, the token at the service, refresh, and a code used twice")
    def sign_in(issuer=issuer):
        client = OAuth2Session("local-app", redirect_uri=REDIRECT_URI, scope=issuer.scope.split(), pkce="S256")
        url, _ = client.authorization_url(issuer.metadata["authorization_endpoint"], **issuer.parameters)
        back = issuer.sign_in(url, "viewer")
        named = {"authorization_response": back, "include_client_id": True}
        client.fetch_token(issuer.metadata["token_endpoint"], **named)
        equal(client.get(issuer.api + issuer.allowed).status_code, 200)
        equal(client.get(issuer.api + issuer.forbidden).status_code, 403)
        before = client.token["refresh_token"]
        client.refresh_token(issuer.metadata["token_endpoint"], client_id="local-app")
        equal(client.token["refresh_token"] != before, True)
        equal(client.get(issuer.metadata["userinfo_endpoint"]).status_code, 200)
        refused(Exception, client.fetch_token, issuer.metadata["token_endpoint"], **named)

    @flow(f"local issuer, {issuer.name}: a revoked refresh token, and sign-out")
    def ends(issuer=issuer):
        client = OAuth2Session("local-app", redirect_uri=REDIRECT_URI, scope=issuer.scope.split(), pkce="S256")
        url, _ = client.authorization_url(issuer.metadata["authorization_endpoint"], **issuer.parameters)
        back = issuer.sign_in(url, "viewer")
        token = client.fetch_token(
            issuer.metadata["token_endpoint"], authorization_response=back, include_client_id=True
        )
        revoke(client, issuer.metadata)
        equal(issuer.sign_out(token["id_token"]), REDIRECT_URI)


run("requests-oauthlib", "oauthlib")
