"""Authlib lets people sign in at auth-server and at the local issuers: authorization code with PKCE, ID token, refresh,
revocation, sign-out."""

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from flows import address, equal, flow, run
from issuers import REDIRECT_URI, both, parameter
from joserfc import jwt
from joserfc.jwk import KeySet
from people import READ, Owner

VERIFIER = "a-verifier-with-a-length-of-at-least-43-characters"


def client_of(issuer):
    return OAuth2Session(
        "local-app",
        redirect_uri=REDIRECT_URI,
        scope=issuer.scope,
        token_endpoint_auth_method="none",
        code_challenge_method="S256",
        token_endpoint=issuer.metadata["token_endpoint"],
    )


def signed_in(issuer, persona):
    client = client_of(issuer)
    url, state = client.create_authorization_url(
        issuer.metadata["authorization_endpoint"], code_verifier=VERIFIER, nonce="n-1", **issuer.parameters
    )
    back = issuer.sign_in(url, persona)
    equal((parameter(back, "state"), parameter(back, "iss")), (state, issuer.metadata["issuer"]))
    client.fetch_token(issuer.metadata["token_endpoint"], authorization_response=back, code_verifier=VERIFIER)
    return client, back


@flow("auth-server: sign-in at its page, ID token, userinfo, refresh, revocation and sign-out")
def auth_server():
    server = address("AUTH_SERVER")
    owner = Owner(server)
    metadata = requests.get(f"{server}/.well-known/openid-configuration", timeout=30).json()
    keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=30).json())
    token_url, redirect_uri = metadata["token_endpoint"], "http://localhost:8765/docs/oauth2-redirect.html"

    def signed_in_there():
        client = OAuth2Session(
            "auth-server", redirect_uri=redirect_uri, scope=f"openid email {READ}", token_endpoint_auth_method="none",
            code_challenge_method="S256", token_endpoint=token_url,
        )
        url, state = client.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier=VERIFIER, nonce="n-1"
        )
        browser, back = owner.sign_in_at(url)
        equal((parameter(back, "state"), parameter(back, "iss")), (state, metadata["issuer"]))
        client.fetch_token(token_url, authorization_response=back, code_verifier=VERIFIER)
        return client, browser

    client, _ = signed_in_there()
    token = jwt.decode(client.token["id_token"], keys)
    named = {"nonce": "n-1", "client_id": "auth-server", "access_token": client.token["access_token"]}
    issuer = {"iss": {"essential": True, "value": metadata["issuer"]}}
    CodeIDToken(token.claims, token.header, issuer, named).validate()
    client.refresh_token(token_url)
    userinfo = client.get(metadata["userinfo_endpoint"]).json()
    equal(userinfo["sub"], token.claims["sub"])
    equal(client.get(f"{address('BILLING_API')}/billing/").status_code, 200)
    refresh_token = client.token["refresh_token"]
    client.revoke_token(metadata["revocation_endpoint"], token=refresh_token, token_type_hint="refresh_token")
    no_token(client, token_url, grant_type="refresh_token", refresh_token=refresh_token)
    equal(client.get(metadata["userinfo_endpoint"]).status_code, 401)

    client, browser = signed_in_there()
    hint = {"id_token_hint": client.token["id_token"], "post_logout_redirect_uri": redirect_uri}
    out = browser.get(metadata["end_session_endpoint"], params=hint, allow_redirects=False, timeout=30)
    equal(out.headers["Location"], redirect_uri)
    no_token(client, token_url, grant_type="refresh_token", refresh_token=client.token["refresh_token"])


for issuer in both():

    @flow(f"local issuer, {issuer.name}: a wrong verifier and a code used twice are refused")
    def wrong(issuer=issuer):
        client = client_of(issuer)
        url, _ = client.create_authorization_url(
            issuer.metadata["authorization_endpoint"], code_verifier=VERIFIER, **issuer.parameters
        )
        back = issuer.sign_in(url, "viewer")
        named = {"authorization_response": back, "code_verifier": VERIFIER[::-1]}
        no_token(client, issuer.metadata["token_endpoint"], **named)
        client, back = signed_in(issuer, "viewer")
        no_token(client_of(issuer), issuer.metadata["token_endpoint"], authorization_response=back, code_verifier=VERIFIER)

    @flow(f"local issuer, {issuer.name}: sign-in, ID token, userinfo, and the access token at the service")
    def sign_in(issuer=issuer):
        client, _ = signed_in(issuer, "viewer")
        token = jwt.decode(client.token["id_token"], KeySet.import_key_set(issuer.keys))
        claims = CodeIDToken(
            token.claims, token.header, {"iss": {"essential": True, "value": issuer.metadata["issuer"]}},
            {"nonce": "n-1", "client_id": "local-app", "access_token": client.token["access_token"]},
        )
        claims.validate()
        userinfo = client.get(issuer.metadata["userinfo_endpoint"]).json()
        equal((userinfo["sub"], userinfo["email"]), (claims["sub"], claims["email"]))
        equal(client.get(issuer.api + issuer.allowed).status_code, 200)
        equal(client.get(issuer.api + issuer.forbidden).status_code, 403)

    @flow(f"local issuer, {issuer.name}: refresh, and a revoked refresh token")
    def refresh(issuer=issuer):
        client, _ = signed_in(issuer, "viewer")
        before = client.token["refresh_token"]
        client.refresh_token(issuer.metadata["token_endpoint"])
        equal(client.token["refresh_token"] != before, True)
        equal(client.get(issuer.api + issuer.allowed).status_code, 200)
        token = client.token["refresh_token"]
        revoked = client.revoke_token(issuer.metadata["revocation_endpoint"], token=token, token_type_hint="refresh_token")
        equal(revoked.status_code, 200)
        no_token(client, issuer.metadata["token_endpoint"], grant_type="refresh_token", refresh_token=token)

    @flow(f"local issuer, {issuer.name}: sign-out")
    def sign_out(issuer=issuer):
        client, _ = signed_in(issuer, "viewer")
        equal(issuer.sign_out(client.token["id_token"]), REDIRECT_URI)


def no_token(client, url, **named):
    """Descope's error is not one of OAuth, so this library returns it as if it were the token."""
    try:
        answer = client.fetch_token(url, **named)
    except OAuthError:
        return
    equal("access_token" in answer, False)


run("Authlib", "joserfc")
