"""What an issuer's script has in common with the others: it serves, gets a token as a client does, and writes it down.

Arguments of each script: the port to listen on, and the file for the token and the settings that billing-api needs.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from importlib.metadata import version

import requests

PORT = int(sys.argv[1])
BASE = f"http://localhost:{PORT}"
READ = "example_service.billing.read"


_children = []


def program(command, **options):
    """Returns a function that runs a program until this script ends, for `offer`."""
    return lambda: _children.append(subprocess.Popen(command, stdout=sys.stderr, **options))


def stop(*_):
    # A second one would wait for itself.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for child in _children:
        child.terminate()
        child.wait()
    os._exit(1)


def offer(issuer, serve, tokens):
    """Gives the tokens of an issuer, which is a package, or a name with its version, and serves until it is stopped.

    `serve` runs in a thread, and `tokens` when the port is open.
    `tokens` returns rows: what it is, the settings of billing-api, the token, the path at billing-api, and the status of
    its response.
    """
    signal.signal(signal.SIGTERM, stop)
    threading.Thread(target=serve, daemon=True).start()
    for _ in range(200):
        try:
            requests.get(BASE, timeout=5)
            break
        except requests.RequestException:
            time.sleep(0.05)
    try:
        rows = [dict(zip(("what", "settings", "token", "path", "status"), row)) for row in tokens()]
    except BaseException:
        traceback.print_exc()
        stop()
    name = issuer if " " in issuer else f"{issuer} {version(issuer)}"
    with open(f"{sys.argv[2]}.new", "w", encoding="utf-8") as new:
        json.dump({"issuer": name, "rows": rows}, new)
    os.replace(f"{sys.argv[2]}.new", sys.argv[2])
    threading.Event().wait()


def client_credentials(url, client_id, secret, **form):
    """Returns the access token that the client gets by HTTP Basic."""
    form = {"grant_type": "client_credentials"} | form
    response = requests.post(url, data=form, auth=(client_id, secret), timeout=30)
    if not response.ok:
        raise SystemExit(f"{url}: {response.status_code} {response.text}")
    return response.json()["access_token"]
