"""Sends the tokens of an issuer to billing-api, with the settings that each needs, and prints a line for each.

Arguments: the program billing-api, a port for it, a folder for its database and log, and the file that an issuer's script
has written.
"""

import json
import os
import subprocess
import sys
import time

import requests


def response_to(program, port, folder, row):
    """Returns the status and the code of billing-api's response."""
    own = {"PORT": port, "DATABASE_URL": f"sqlite://{folder}/billing-api.db"}
    with open(f"{folder}/billing-api.log", "ab") as log:
        service = subprocess.Popen([program], env=os.environ | own | row["settings"], cwd=folder, stdout=log, stderr=log)
    try:
        ready(service, port)
        headers = {"Authorization": f"Bearer {row['token']}"}
        response = requests.get(f"http://localhost:{port}{row['path']}", headers=headers, timeout=30)
        code = "" if response.ok else " " + response.json()["code"]
        return response.status_code, code
    finally:
        service.terminate()
        service.wait()


def ready(service, port):
    end = time.monotonic() + 30
    while service.poll() is None and time.monotonic() < end:
        try:
            if requests.get(f"http://localhost:{port}/health/ready", timeout=5).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.05)
    raise SystemExit("billing-api does not become ready: its log says why")


def main():
    program, port, folder, file = sys.argv[1:]
    with open(file, encoding="utf-8") as offered:
        offered = json.load(offered)
    failed = False
    for row in offered["rows"]:
        status, code = response_to(program, port, folder, row)
        is_right = status == row["status"]
        failed |= not is_right
        result = "ok     " if is_right else f"FAILED, expected {row['status']}:"
        settings = " ".join(f"{name}={value}" for name, value in row["settings"].items() if name != "ISSUER")
        print(f"{result} {offered['issuer']}: {row['what']}: {row['path']} {status}{code}   {settings}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
