"""joserfc as a resource server of auth-server's tokens."""

import requests
from flows import address, equal, flow, forged, refused, run
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidClaimError
from joserfc.jwk import KeySet
from people import READ, Owner

SERVER = address("AUTH_SERVER")


@flow("auth-server: the key set is read whole, and a token verifies with it")
def auth_server():
    metadata = requests.get(f"{SERVER}/.well-known/oauth-authorization-server", timeout=30).json()
    document = requests.get(metadata["jwks_uri"], timeout=30).json()
    keys = KeySet.import_key_set(document)
    equal(len(keys.keys), len(document["keys"]))
    token = Owner(SERVER).sign_in(READ)["access_token"]
    refused(BadSignatureError, jwt.decode, forged(token), keys, algorithms=["RS256"])
    claims = jwt.decode(token, keys, algorithms=["RS256"]).claims
    issuer = {"essential": True, "value": metadata["issuer"]}
    other = jwt.JWTClaimsRegistry(iss=issuer, aud={"essential": True, "value": "another"})
    refused(InvalidClaimError, other.validate, claims)
    jwt.JWTClaimsRegistry(iss=issuer, aud={"essential": True, "value": SERVER}).validate(claims)
    equal(claims["scope"], READ)


run("joserfc")
