"""FastAPI with PyJWT and its PyJWKClient."""

import os
from typing import Annotated

import jwt
from fastapi import FastAPI, HTTPException, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

ISSUER, AUDIENCE = os.environ["ISSUER"], os.environ["AUDIENCE"]

app = FastAPI()
security = HTTPBearer()
keys = jwt.PyJWKClient(os.environ["JWKS_URL"])


async def verify(credentials: Annotated[HTTPAuthorizationCredentials, Security(security)]) -> dict:
    token = credentials.credentials
    try:
        key = keys.get_signing_key_from_jwt(token).key
        return jwt.decode(token, key, algorithms=["RS256"], audience=AUDIENCE, issuer=ISSUER)
    except jwt.PyJWTError as error:
        raise HTTPException(401, "Unable to validate token") from error


@app.get("/api/public")
async def public():
    return {"status": "success"}


@app.get("/api/private")
async def private(claims: Annotated[dict, Security(verify)]):
    return {
        "message": "This is a protected endpoint",
        "user_authenticated": True,
        "token_info": {"sub": claims["sub"], "permissions": claims.get("permissions", [])},
    }
