"""FastAPI with python-jose, and a key set that is fetched once."""

import os
from typing import Annotated

import requests
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from jose import JWTError, jwt

ISSUER, AUDIENCE = os.environ["ISSUER"], os.environ["AUDIENCE"]

app = FastAPI()
security = HTTPBearer()
key_set = requests.get(os.environ["JWKS_URL"], timeout=10).json()


async def verify(credentials: Annotated[HTTPAuthorizationCredentials, Depends(security)]) -> dict:
    token = credentials.credentials
    try:
        key_id = jwt.get_unverified_header(token)["kid"]
        key = next(key for key in key_set["keys"] if key["kid"] == key_id)
        return jwt.decode(token, key, algorithms=["RS256"], audience=AUDIENCE, issuer=ISSUER)
    except (JWTError, KeyError, StopIteration) as error:
        raise HTTPException(401, "Unable to validate token") from error


@app.get("/api/public")
async def public():
    return {"status": "success"}


@app.get("/api/private")
async def private(claims: Annotated[dict, Depends(verify)]):
    return {
        "message": "This is a protected endpoint",
        "user_authenticated": True,
        "token_info": {"sub": claims["sub"], "permissions": claims.get("permissions", [])},
    }
