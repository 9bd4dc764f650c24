"""requests-oauthlib as an OAuth client of auth-server and of the local issuers."""

import os

# Its clients speak https only, unless this is set: auth-server is on this machine.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

import requests
from flows import address, equal, flow, refused, run
from oauthlib.oauth2 import BackendApplicationClient, LegacyApplicationClient
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error, InvalidClientError, InvalidGrantError
from people import READ, Owner
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

AUTH_SERVER = address("AUTH_SERVER")
BILLING = address("BILLING_API")
METADATA = requests.get(f"{AUTH_SERVER}/.well-known/oauth-authorization-server", timeout=30).json()
TOKEN_URL = METADATA["token_endpoint"]
OWNER = Owner(AUTH_SERVER)


def signed_in(**options):
    client = OAuth2Session(client=LegacyApplicationClient(client_id="auth-server"), **options)
    named = {"include_client_id": True, "username": OWNER.username, "password": OWNER.password}
    client.fetch_token(TOKEN_URL, **named)
    return client


@flow("auth-server: a wrong password is invalid_grant")
def wrong_password():
    client = OAuth2Session(client=LegacyApplicationClient(client_id="auth-server"))
    refused(InvalidGrantError, client.fetch_token, TOKEN_URL, username=OWNER.username, password="wrong")


@flow("auth-server: password grant, and its token at billing-api")
def password_grant():
    client = signed_in()
    equal(client.get(f"{BILLING}/billing/").json(), {"message": "Read billing"})
    equal(client.delete(f"{BILLING}/billing/").status_code, 403)


@flow("auth-server: a refresh with client_id and no secret, and the reuse of a refresh token is refused")
def refresh():
    client = signed_in()
    first = client.token["refresh_token"]
    client.refresh_token(TOKEN_URL, client_id="auth-server")
    equal(client.token["refresh_token"] != first, True)
    equal(client.get(f"{BILLING}/billing/").status_code, 200)
    refused(InvalidGrantError, client.refresh_token, TOKEN_URL, refresh_token=first, client_id="auth-server")


@flow("auth-server: an expired token is refreshed on the way to billing-api")
def refresh_by_itself():
    updates = []
    client = signed_in(
        auto_refresh_url=TOKEN_URL, auto_refresh_kwargs={"client_id": "auth-server"}, token_updater=updates.append
    )
    client._client.populate_token_attributes({"expires_in": -1})
    equal(client.get(f"{BILLING}/billing/").status_code, 200)
    equal(len(updates), 1)


@flow("auth-server: client credentials, by HTTP Basic and in the form")
def client_credentials():
    client = OAuth2Session(client=BackendApplicationClient(client_id=OWNER.client_id))
    wrong = HTTPBasicAuth(OWNER.client_id, "wrong")
    refused(InvalidClientError, client.fetch_token, TOKEN_URL, auth=wrong)
    right = HTTPBasicAuth(OWNER.client_id, OWNER.client_secret)
    in_form = {"include_client_id": True, "client_secret": OWNER.client_secret}
    for proof in ({"auth": right}, in_form):
        client = OAuth2Session(client=BackendApplicationClient(client_id=OWNER.client_id, scope=READ))
        equal(client.fetch_token(TOKEN_URL, **proof)["scope"], [READ])
        equal(client.get(f"{BILLING}/billing/").status_code, 200)
        equal(client.post(f"{BILLING}/billing/").status_code, 403)


@flow("local issuers: client credentials, and the tokens at descope-api and auth0-api")
def local_issuers():
    descope = address("LOCAL_ISSUER_DESCOPE") + "/oauth2/v1/token"
    auth0 = address("LOCAL_ISSUER_AUTH0") + "/oauth/token"
    for token_url, named, allowed, forbidden in [
        (descope, {}, address("DESCOPE_API") + "/api/private", address("DESCOPE_API") + "/api/admin/users"),
        (auth0, {"audience": "https://api.example.com"}, address("AUTH0_API") + "/api/private", address("AUTH0_API") + "/api/admin"),
    ]:
        client = OAuth2Session(client=BackendApplicationClient(client_id="local-viewer"))
        wrong = HTTPBasicAuth("local-viewer", "wrong")
        refused((InvalidClientError, CustomOAuth2Error, Exception), client.fetch_token, token_url, auth=wrong, **named)
        client.fetch_token(token_url, auth=HTTPBasicAuth("local-viewer", "local-viewer-secret"), **named)
        equal(client.get(allowed).status_code, 200)
        equal(client.get(forbidden).status_code, 403)


run("requests-oauthlib", "oauthlib")
