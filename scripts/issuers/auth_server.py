"""The auth-server of this workspace, as one issuer among the others."""

import os
import subprocess
import tempfile

import requests
from offer import BASE, PORT, READ, client_credentials, offer, program
from people import Owner

FOLDER = tempfile.TemporaryDirectory()
PROGRAM = os.path.join(os.environ["PROGRAMS"], "auth-server")
OWN = {"PORT": str(PORT), "DATABASE_URL": f"sqlite://{FOLDER.name}/auth-server.db"}
serve = program([PROGRAM], env=os.environ | OWN, cwd=FOLDER.name)


def rows():
    metadata = requests.get(f"{BASE}/.well-known/oauth-authorization-server", timeout=30).json()
    owner = Owner(BASE)
    token = client_credentials(metadata["token_endpoint"], owner.client_id, owner.client_secret)
    settings = {"ISSUER": BASE}
    return [
        ("refresh token", settings, owner.sign_in()["refresh_token"], "/billing/", 401),
        ("access token for another API", settings | {"AUDIENCE": "https://another.example.com"}, token, "/billing/", 401),
        ("access token of a machine client", settings, token, "/billing/", 200),
        ("access token of a user", settings, owner.sign_in(READ)["access_token"], "/billing/invoices", 200),
    ]


VERSION = subprocess.run([PROGRAM, "--version"], check=True, capture_output=True, text=True).stdout.strip()
offer(VERSION, serve, rows)
