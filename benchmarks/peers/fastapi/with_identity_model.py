"""FastAPI with the middleware of fastapi-identity-model."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi_identity_model import TokenValidationMiddleware, get_claims

app = FastAPI()
app.add_middleware(
    TokenValidationMiddleware,
    discovery_url=os.environ["DISCOVERY_URL"],
    audience=os.environ["AUDIENCE"],
    excluded_paths=["/api/public"],
)


@app.get("/api/public")
async def public():
    return {"status": "success"}


@app.get("/api/private")
async def private(claims: Annotated[dict, Depends(get_claims)]):
    return {
        "message": "This is a protected endpoint",
        "user_authenticated": True,
        "token_info": {"sub": claims["sub"], "permissions": claims.get("permissions", [])},
    }
