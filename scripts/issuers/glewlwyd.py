"""Debian's Glewlwyd with its OpenID Connect plugin: access tokens are JWTs.

GLEWLWYD_ROOT is a folder that its packages were unpacked into (dpkg -x); / if unset, where they are installed.
"""

import gzip
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from offer import BASE, PORT, READ, client_credentials, offer, program

ROOT = Path(os.environ.get("GLEWLWYD_ROOT", "/"))
FOLDER = tempfile.TemporaryDirectory()
CLIENT, SECRET = "nightly-report", "a-secret"
AUDIENCE = "https://billing.example.com"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = serialization.Encoding.PEM
MODULES = {
    "user_module_path": "user",
    "user_middleware_module_path": "user_middleware",
    "client_module_path": "client",
    "user_auth_scheme_module_path": "scheme",
    "plugin_module_path": "plugin",
}


def configured():
    """Makes the database and returns the path of the configuration."""
    database = f"{FOLDER.name}/glewlwyd.db"
    schema = gzip.decompress((ROOT / "usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz").read_bytes()).decode()
    with sqlite3.connect(database) as connection:
        connection.executescript(schema)
    lines = [f"port={PORT}", f'external_url="{BASE}"', 'login_url="login.html"', 'api_prefix="api"', "cookie_secure=0"]
    lines += ['cookie_domain="localhost"', 'log_mode="console"', 'log_level="INFO"', 'hash_algorithm="SHA512"']
    lines += ['admin_scope="g_admin"', 'profile_scope="g_profile"', f'static_files_path="{FOLDER.name}"']
    lines += [f'{name}="{ROOT}/usr/lib/glewlwyd/{folder}"' for name, folder in MODULES.items()]
    lines += [f'database = {{ type = "sqlite3" path = "{database}" }};']
    config = Path(FOLDER.name, "glewlwyd.conf")
    config.write_text("\n".join(lines), encoding="utf-8")
    return config


def rows():
    admin = requests.Session()

    def post(path, body):
        response = admin.post(f"{BASE}/api/{path}", json=body, timeout=30)
        if not response.ok:
            raise SystemExit(f"{path}: {response.status_code} {response.text}")
        return response

    # What a new database has, by its documentation.
    signed_in = post("auth/", {"username": "admin", "password": "password"})
    # The library keeps no cookie of the domain localhost.
    admin.headers["Cookie"] = signed_in.headers["Set-Cookie"].split(";")[0]
    parameters = {
        "iss": f"{BASE}/api/oidc",
        "jwt-type": "rsa",
        "jwt-key-size": "256",
        "key": KEY.private_bytes(PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()).decode(),
        "cert": KEY.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode(),
        "default-kid": "key-1",
        "access-token-duration": 3600,
        "refresh-token-duration": 1209600,
        "code-duration": 600,
        "allow-non-oidc": True,
        "auth-type-client-enabled": True,
        "jwks-show": True,
        "resource-allowed": True,
        "resource-scope": {READ: [AUDIENCE]},
        "resource-client-property": "",
    }
    post("mod/plugin/", {"module": "oidc", "name": "oidc", "display_name": "OpenID Connect", "parameters": parameters})
    post("scope/", {"name": READ, "display_name": READ, "password_required": False})
    own = {"confidential": True, "token_endpoint_auth_method": ["client_secret_basic"], "authorization_type": ["client_credentials"], "redirect_uri": []}
    post("client/", {"client_id": CLIENT, "password": SECRET, "enabled": True, "scope": [READ]} | own)
    document = requests.get(f"{BASE}/api/oidc/.well-known/openid-configuration", timeout=30).json()
    token = client_credentials(document["token_endpoint"], CLIENT, SECRET, scope=READ)
    for_api = client_credentials(document["token_endpoint"], CLIENT, SECRET, scope=READ, resource=AUDIENCE)
    settings = {"ISSUER": document["issuer"], "SCOPES_CLAIM": "scope"}
    return [
        ("access token for another API", settings | {"AUDIENCE": "https://another.example.com"}, for_api, "/billing/", 401),
        ("access token", settings | {"AUDIENCE": AUDIENCE}, for_api, "/billing/", 200),
        ("access token without a resource", settings | {"AUDIENCE": READ}, token, "/billing/", 200),
    ]


PROGRAM = str(ROOT / "usr/bin/glewlwyd")
if not os.path.exists(PROGRAM):
    raise SystemExit(f"there is no {PROGRAM}: apt-get install glewlwyd")
LIBRARIES = {"LD_LIBRARY_PATH": f"{ROOT}/usr/lib/x86_64-linux-gnu"} if str(ROOT) != "/" else {}
VERSION = subprocess.run([PROGRAM, "-v"], env=os.environ | LIBRARIES, capture_output=True, text=True)
serve = program([PROGRAM, f"--config-file={configured()}"], env=os.environ | LIBRARIES)
offer(f"Glewlwyd {VERSION.stdout.strip()}", serve, rows)
