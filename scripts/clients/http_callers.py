"""requests and httpx send the tokens of each issuer to each service: accepted by its own, refused by the others."""

import httpx
import requests
from flows import address, equal, flow, run
from people import Owner, bearer

SERVICES = {
    "descope": address("DESCOPE_API") + "/api/private",
    "auth0": address("AUTH0_API") + "/api/private",
    "auth-server": address("BILLING_API") + "/billing/me",
}


def local_token(url, **form):
    form |= {"grant_type": "client_credentials", "client_id": "local-viewer", "client_secret": "local-viewer-secret"}
    response = requests.post(url, data=form, timeout=30)
    response.raise_for_status()
    return response.json()["access_token"]


TOKENS = {
    "descope": local_token(address("LOCAL_ISSUER_DESCOPE") + "/oauth2/v1/token"),
    "auth0": local_token(address("LOCAL_ISSUER_AUTH0") + "/oauth/token", audience="https://api.example.com"),
    "auth-server": Owner(address("AUTH_SERVER")).sign_in()["access_token"],
    "auth-server without audience": Owner(address("AUTH_SERVER_WITHOUT_AUDIENCE")).sign_in()["access_token"],
}


def statuses(get):
    return {(issuer, service): get(url, headers=bearer(token)).status_code
            for issuer, token in TOKENS.items() for service, url in SERVICES.items()}


def expected():
    return {(issuer, service): 200 if issuer == service else 401 for issuer in TOKENS for service in SERVICES}


@flow("every service refuses requests without a token, with a challenge")
def no_token():
    for url in SERVICES.values():
        response = requests.get(url, timeout=30)
        equal(response.status_code, 401)
        equal(response.headers["WWW-Authenticate"].startswith("Bearer realm="), True)
        equal(response.headers["Content-Type"], "application/problem+json")


@flow("requests: each service accepts the tokens of its issuer and of no other")
def with_requests():
    with requests.Session() as session:
        equal(statuses(session.get), expected())


@flow("httpx: each service accepts the tokens of its issuer and of no other")
def with_httpx():
    with httpx.Client() as client:
        equal(statuses(client.get), expected())


run("requests", "httpx")
