"""Sends requests to a service, and compares what Prometheus has with them: scraped.py PROMETHEUS SERVICE

Each query of the dashboard must return data, unless its panel says when it is empty.
"""

import json
import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from dashboard import panels

PROMETHEUS, SERVICE = sys.argv[1:]
DEADLINE = time.monotonic() + 90
JOBS = {"descope-api", "auth0-api", "auth-server", "billing-api"}
sent = {"200": 0, "401": 0}


def get(path, **parameters):
    address = f"{PROMETHEUS}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
    try:
        with urllib.request.urlopen(address, timeout=10) as response:
            return json.load(response)["data"]
    except urllib.error.HTTPError as error:
        raise SystemExit(f"metrics-check: {parameters}: {json.load(error)['error']}") from error


def results(query):
    for variable, value in (("$__rate_interval", "10s"), ("$job", ".*"), ("$instance", ".*")):
        query = query.replace(variable, value)
    found = get("query", query=query)["result"]
    return [one for one in found if one["value"][1] != "NaN"]


def request(status, headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(f"{SERVICE}/api/me", headers=headers), timeout=10) as response:
            got = response.status
    except urllib.error.HTTPError as error:
        got = error.code
    if str(got) != status:
        raise SystemExit(f"metrics-check: /api/me responded with {got}, expected {status}")
    sent[status] += 1


def traffic():
    """Sends some requests with the token, without one, and with a token that is none."""
    for _ in range(3):
        request("200", {"Authorization": f"Bearer {os.environ['TOKEN']}"})
    request("401", {})
    request("401", {"Authorization": "Bearer a.b.c"})


def until(what, is_so):
    """Returns the first result of `is_so` that is true, with traffic while it is waited for."""
    while not (found := is_so()):
        if time.monotonic() > DEADLINE:
            raise SystemExit(f"metrics-check: waited in vain until {what}")
        traffic()
        time.sleep(0.2)
    return found


def check_targets():
    def are_up():
        targets = get("targets", state="active")["activeTargets"]
        return {target["labels"]["job"] for target in targets if target["health"] == "up"} == JOBS

    until("every target is up", are_up)
    print(f"targets: {len(JOBS)} are up")


def check_panels():
    with_data = 0
    queries = [(panel, target["expr"]) for panel in panels() for target in panel["targets"]]
    for panel, query in queries:
        if re.search(r"\bempty\b", panel["description"], re.IGNORECASE):
            if results(query):
                with_data += 1
            else:
                print(f"  no data now: {panel['title']}: {panel['description']}")
        else:
            until(f"there is data for {panel['title']}: {query}", lambda: results(query))
            with_data += 1
    print(f"dashboard: {len(queries)} queries, {with_data} with data")


def check_counts():
    """What Prometheus has is what was sent."""
    query = 'sum(http_requests_total{job="descope-api",route="/api/me",status="%s"})'

    def count(status):
        return sum(int(one["value"][1]) for one in results(query % status))

    while {status: count(status) for status in sent} != sent:
        if time.monotonic() > DEADLINE:
            raise SystemExit(f"metrics-check: sent {sent}, Prometheus has {count('200')} and {count('401')}")
        time.sleep(0.2)
    print(f"requests: {sum(sent.values())} sent, and all in Prometheus")


def check_rules():
    def are_evaluated():
        rules = [rule for group in get("rules")["groups"] for rule in group["rules"]]
        if broken := [rule["name"] for rule in rules if rule["health"] == "err"]:
            raise SystemExit(f"metrics-check: these alerts cannot be evaluated: {broken}")
        return rules and all(rule["health"] == "ok" for rule in rules) and rules

    rules = until("every alert is evaluated", are_evaluated)
    if firing := [rule["name"] for rule in rules if rule["state"] == "firing"]:
        raise SystemExit(f"metrics-check: services that are well fire {firing}")
    print(f"alerts: {len(rules)} are evaluated, none fires")


check_targets()
check_panels()
check_rules()
check_counts()
