"""PyJWT as a resource server of every issuer here, seed code without an audience among it."""

import json

import jwt
import requests
from flows import address, equal, flow, forged, refused, run
from jwt.algorithms import RSAAlgorithm
from people import READ, Owner

AUTH0_AUDIENCE = "https://api.example.com"
PROJECT = "P2LocalIssuerDevelopment0000"


def verified(token, jwks_url, audience, issuer):
    key = jwt.PyJWKClient(jwks_url).get_signing_key_from_jwt(token)
    required = {"require": ["exp", "iat", "iss", "sub", "aud"]}
    return jwt.decode(token, key, algorithms=["RS256"], audience=audience, issuer=issuer, options=required)


def refusals(token, jwks_url, audience, issuer):
    """Refused for another audience, another issuer, and with another signature."""
    refused(jwt.InvalidAudienceError, verified, token, jwks_url, "another", issuer)
    refused(jwt.InvalidIssuerError, verified, token, jwks_url, audience, "https://another.example.com")
    refused(jwt.InvalidSignatureError, verified, forged(token), jwks_url, audience, issuer)


@flow("auth-server: the token verifies by discovery, key set, audience and issuer")
def auth_server():
    server = address("AUTH_SERVER")
    metadata = requests.get(f"{server}/.well-known/oauth-authorization-server", timeout=30).json()
    owner = Owner(server)
    token = owner.sign_in()["access_token"]
    known = (metadata["jwks_uri"], server, metadata["issuer"])
    refusals(token, *known)
    claims = verified(token, *known)
    equal(claims["org_id"], owner.org_id)
    equal(READ in claims["scopes"], True)
    equal(jwt.get_unverified_header(token)["typ"], "at+jwt")


def local_token(url, persona, **form):
    form = {"grant_type": "client_credentials", "client_id": f"local-{persona}", "client_secret": f"local-{persona}-secret"} | form
    response = requests.post(url, data=form, timeout=30)
    response.raise_for_status()
    return response.json()["access_token"]


@flow("local issuer, Descope side: the token verifies by discovery, key set, audience and issuer")
def local_descope():
    base = address("LOCAL_ISSUER_DESCOPE")
    document = requests.get(f"{base}/{PROJECT}/.well-known/openid-configuration", timeout=30).json()
    token = local_token(document["token_endpoint"], "admin")
    known = (document["jwks_uri"], PROJECT, document["issuer"])
    refusals(token, *known)
    equal(verified(token, *known)["roles"], ["admin"])


@flow("local issuer, Auth0 side, with https: the token verifies by discovery, key set, audience and issuer")
def local_auth0():
    base = address("LOCAL_ISSUER_AUTH0")
    document = requests.get(f"{base}/.well-known/openid-configuration", timeout=30).json()
    for name, url in document.items():
        if name == "issuer" or name.endswith(("_endpoint", "_uri")):
            equal((name, url.split("/")[:3]), (name, base.split("/")))
    token = local_token(document["token_endpoint"], "admin", audience=AUTH0_AUDIENCE)
    known = (document["jwks_uri"], AUTH0_AUDIENCE, document["issuer"])
    refusals(token, *known)
    equal("admin:access" in verified(token, *known)["permissions"], True)


def seed_004(token, server):
    """The lines of the seed's example service, which name no audience."""
    unverified_header = jwt.get_unverified_header(token)
    public_key = requests.get(f"{server}/.well-known/jwks.json", timeout=30).json()
    kid = unverified_header.get("kid")
    matches = [k for k in public_key["keys"] if k["kid"] == kid]
    public_key = RSAAlgorithm.from_jwk(json.dumps(matches[0]))
    return jwt.decode(token, public_key, algorithms=["RS256"])


@flow("auth-server: code that checks no audience refuses its tokens, and accepts them with NO_AUDIENCE=true")
def seed_code():
    server = address("AUTH_SERVER")
    refused(jwt.InvalidAudienceError, seed_004, Owner(server).sign_in()["access_token"], server)
    server = address("AUTH_SERVER_WITHOUT_AUDIENCE")
    token = Owner(server).sign_in(READ)["access_token"]
    claims = seed_004(token, server)
    equal((claims["scopes"], "aud" in claims), ([READ], False))
    refused(jwt.InvalidSignatureError, seed_004, forged(token), server)


run("PyJWT")
