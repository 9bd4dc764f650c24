"""Authlib as an OAuth client of auth-server and of the local issuers, with requests and with httpx."""

import asyncio

import httpx
import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.integrations.requests_client import OAuth2Session
from flows import address, equal, flow, refused, run
from people import INTROSPECT, READ, Owner

AUTH_SERVER = address("AUTH_SERVER")
BILLING = address("BILLING_API")
METADATA = requests.get(f"{AUTH_SERVER}/.well-known/oauth-authorization-server", timeout=30).json()
TOKEN_URL = METADATA["token_endpoint"]
OWNER = Owner(AUTH_SERVER)


def public_client(**options):
    """The client without a secret, which refreshes by itself when a token has expired."""
    options = {"token_endpoint_auth_method": "none", "token_endpoint": TOKEN_URL} | options
    return OAuth2Session("auth-server", **options)


def signed_in(**options):
    client = public_client(**options)
    client.fetch_token(TOKEN_URL, username=OWNER.username, password=OWNER.password)
    return client


@flow("auth-server: a wrong password is invalid_grant")
def wrong_password():
    error = refused(OAuthError, public_client().fetch_token, TOKEN_URL, username=OWNER.username, password="wrong")
    equal(error.error, "invalid_grant")


@flow("auth-server: password grant of the public client, and its token at billing-api")
def password_grant():
    client = signed_in()
    equal(client.token["token_type"], "Bearer")
    equal(client.get(f"{BILLING}/billing/").json(), {"message": "Read billing"})
    equal(client.delete(f"{BILLING}/billing/").status_code, 403)


@flow("auth-server: a refresh with client_id and no secret, and the reuse of a refresh token is refused")
def refresh():
    client = signed_in()
    first = client.token["refresh_token"]
    client.refresh_token(TOKEN_URL)
    second = client.token["refresh_token"]
    equal(second != first, True)
    equal(client.get(f"{BILLING}/billing/").status_code, 200)
    error = refused(OAuthError, public_client().refresh_token, TOKEN_URL, refresh_token=first)
    equal(error.error, "invalid_grant")
    error = refused(OAuthError, public_client().refresh_token, TOKEN_URL, refresh_token=second)
    equal(error.error, "invalid_grant")


@flow("auth-server: an expired token is refreshed on the way to billing-api")
def refresh_by_itself():
    updates = []
    client = signed_in(update_token=lambda token, refresh_token: updates.append((token["refresh_token"], refresh_token)))
    before = client.token["refresh_token"]
    client.token["expires_at"] = 1
    equal(client.get(f"{BILLING}/billing/").status_code, 200)
    equal(updates, [(client.token["refresh_token"], before)])


@flow("auth-server: a revoked refresh token is refused")
def revocation():
    client = signed_in()
    revoked = client.revoke_token(METADATA["revocation_endpoint"], token=client.token["refresh_token"], token_type_hint="refresh_token")
    equal(revoked.status_code, 200)
    equal(refused(OAuthError, client.refresh_token, TOKEN_URL).error, "invalid_grant")


@flow("auth-server: introspection, by HTTP Basic and in the form, of tokens that are active and revoked")
def introspection():
    client_id, secret = OWNER.new_client([INTROSPECT])
    for method in METADATA["introspection_endpoint_auth_methods_supported"]:
        url = METADATA["introspection_endpoint"]
        asker = OAuth2Session(client_id, secret, token_endpoint_auth_method=method)
        client = signed_in()
        tokens = [(client.token[kind], kind) for kind in ("access_token", "refresh_token")]
        for token, hint in tokens:
            response = asker.introspect_token(url, token=token, token_type_hint=hint).json()
            equal((response["active"], response["username"]), (True, OWNER.username))
        client.revoke_token(METADATA["revocation_endpoint"], token=tokens[0][0], token_type_hint="access_token")
        for token, hint in tokens:
            equal(asker.introspect_token(url, token=token, token_type_hint=hint).json(), {"active": False})
        wrong = OAuth2Session(client_id, "wrong", token_endpoint_auth_method=method)
        equal(wrong.introspect_token(url, token="unknown").status_code, 401)
        other = OAuth2Session(OWNER.client_id, OWNER.client_secret, token_endpoint_auth_method=method)
        equal(other.introspect_token(url, token="unknown").json()["error"], "unauthorized_client")


@flow("auth-server: client credentials, by HTTP Basic and in the form")
def client_credentials():
    for method in METADATA["token_endpoint_auth_methods_supported"]:
        client = OAuth2Session(OWNER.client_id, "wrong", token_endpoint_auth_method=method)
        equal(refused(OAuthError, client.fetch_token, TOKEN_URL).error, "invalid_client")
        if method == "none":
            continue
        client = OAuth2Session(OWNER.client_id, OWNER.client_secret, token_endpoint_auth_method=method, scope=READ)
        equal(client.fetch_token(TOKEN_URL)["scope"], READ)
        equal(client.get(f"{BILLING}/billing/").status_code, 200)
        equal(client.post(f"{BILLING}/billing/").status_code, 403)


@flow("auth-server: client credentials with httpx, awaited")
def with_httpx():
    async def ask():
        async with AsyncOAuth2Client(OWNER.client_id, OWNER.client_secret) as client:
            await client.fetch_token(TOKEN_URL, grant_type="client_credentials")
            response = await client.get(f"{BILLING}/billing/")
            equal(response.status_code, 200)
        async with httpx.AsyncClient() as client:
            equal((await client.get(f"{BILLING}/billing/")).status_code, 401)

    asyncio.run(ask())


@flow("local issuer, Descope side: client credentials, and the token at descope-api")
def local_descope():
    token_url = f"{address('LOCAL_ISSUER_DESCOPE')}/oauth2/v1/token"
    client = OAuth2Session("local-admin", "wrong")
    # Descope's error is not one of OAuth, so this library returns it as if it were the token.
    error = client.fetch_token(token_url, grant_type="client_credentials")
    equal((error["errorCode"], "access_token" in error), ("E062803", False))
    for method in ("client_secret_basic", "client_secret_post"):
        client = OAuth2Session("local-admin", "local-admin-secret", token_endpoint_auth_method=method)
        client.fetch_token(token_url, grant_type="client_credentials")
        equal(client.get(f"{address('DESCOPE_API')}/api/admin/users").status_code, 200)


@flow("local issuer, Auth0 side, with https: client credentials, and the token at auth0-api")
def local_auth0():
    token_url = f"{address('LOCAL_ISSUER_AUTH0')}/oauth/token"
    audience = "https://api.example.com"
    client = OAuth2Session("local-admin", "wrong")
    error = refused(OAuthError, client.fetch_token, token_url, grant_type="client_credentials", audience=audience)
    equal(error.error, "access_denied")
    for method in ("client_secret_basic", "client_secret_post"):
        client = OAuth2Session("local-admin", "local-admin-secret", token_endpoint_auth_method=method)
        client.fetch_token(token_url, grant_type="client_credentials", audience=audience)
        equal(client.get(f"{address('AUTH0_API')}/api/admin").json()["admin_access"], True)


run("Authlib", "requests", "httpx")
