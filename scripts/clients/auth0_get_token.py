"""Auth0's SDK for Python (auth0-python) at the local issuer, which speaks https behind a proxy."""

import requests
from auth0.authentication import GetToken
from auth0.authentication.exceptions import Auth0Error
from flows import address, equal, flow, refused, run

DOMAIN = address("LOCAL_ISSUER_AUTH0").removeprefix("https://")
AUDIENCE = "https://api.example.com"


@flow("local issuer: client credentials, and the token at auth0-api")
def client_credentials():
    wrong = GetToken(DOMAIN, "local-admin", client_secret="wrong")
    error = refused(Auth0Error, wrong.client_credentials, AUDIENCE)
    equal((error.status_code, error.error_code), (401, "access_denied"))
    for persona, status in [("viewer", 403), ("admin", 200)]:
        right = GetToken(DOMAIN, f"local-{persona}", client_secret=f"local-{persona}-secret")
        token = right.client_credentials(AUDIENCE)
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        response = requests.get(f"{address('AUTH0_API')}/api/admin", headers=headers, timeout=30)
        equal(response.status_code, status)


@flow("local issuer: an organization is in the token of its member, and refused to others")
def organization():
    admin = GetToken(DOMAIN, "local-admin", client_secret="local-admin-secret")
    refused(Auth0Error, admin.client_credentials, AUDIENCE, organization="acme")
    member = GetToken(DOMAIN, "local-member", client_secret="local-member-secret")
    token = member.client_credentials(AUDIENCE, organization="acme")["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    claims = requests.get(f"{address('AUTH0_API')}/api/claims", headers=headers, timeout=30).json()
    equal("org_2LocalAcme000000" in str(claims), True)


run("auth0-python")
