"""Auth0's SDK for APIs (auth0-api-python) verifies tokens of the local issuer, which speaks https behind a proxy."""

import asyncio

import requests
from auth0_api_python import ApiClient, ApiClientOptions
from auth0_api_python.errors import BaseAuthError, VerifyAccessTokenError
from flows import address, equal, flow, forged, refused, run

ISSUER = address("LOCAL_ISSUER_AUTH0")
AUDIENCE = "https://api.example.com"


def token_of(persona):
    form = {"grant_type": "client_credentials", "audience": AUDIENCE}
    form |= {"client_id": f"local-{persona}", "client_secret": f"local-{persona}-secret"}
    response = requests.post(f"{ISSUER}/oauth/token", data=form, timeout=30)
    response.raise_for_status()
    return response.json()["access_token"]


def verified(token, audience=AUDIENCE):
    client = ApiClient(ApiClientOptions(domain=ISSUER.removeprefix("https://"), audience=audience))
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return asyncio.run(client.verify_request(headers))


@flow("local issuer: no token, a forged one, and one for another API are refused")
def refusals():
    refused(BaseAuthError, verified, None)
    token = token_of("admin")
    refused(VerifyAccessTokenError, verified, forged(token))
    refused(VerifyAccessTokenError, verified, token, "https://another.example.com")


@flow("local issuer: a token verifies by discovery, issuer, key set and audience")
def verification():
    claims = verified(token_of("admin"))
    equal(claims["iss"], f"{ISSUER}/")
    equal("admin:access" in claims["permissions"], True)


run("auth0-api-python")
