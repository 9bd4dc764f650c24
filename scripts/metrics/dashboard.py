"""The shipped dashboard, rules and table of metrics, as the checks read them."""

import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
DASHBOARD = json.loads((ROOT / "deploy/grafana/identity-services.json").read_text())
RULES = (ROOT / "deploy/prometheus/alerts.yml").read_text()
RULE_TESTS = (ROOT / "deploy/prometheus/alerts_test.yml").read_text()
TROUBLESHOOTING = (ROOT / "docs/troubleshooting.md").read_text()

# Prometheus makes these itself.
BUILT_IN = {"up": {"job", "instance"}, "ALERTS": {"job", "instance", "alertname", "alertstate", "severity"}}
OF_TARGETS = {"job", "instance"}
WORDS = {"and", "or", "unless", "offset", "bool", "on", "ignoring", "group_left", "group_right", "by", "without"}


def table():
    """Returns the labels of each metric in the table of the code."""
    rows = re.findall(
        r"^//! \| `(\w+)` \| (\w+) \|[^|]*\|([^|]*)\|",
        (ROOT / "crates/service-kit/src/observe/metrics.rs").read_text(),
        re.MULTILINE,
    )
    metrics = {}
    for name, kind, labels in rows:
        labels = set(re.findall(r"`(\w+)`", labels))
        metrics[name] = labels | {"le"} if kind == "histogram" else labels
    if len(metrics) < 20:
        raise SystemExit(f"the table of metrics was not found: {metrics}")
    return metrics


def used_by(query):
    """Returns the metrics and the labels in a query."""
    query = re.sub(r'"(?:[^"\\]|\\.)*"', '""', query)
    labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"\"", query))
    for listed in re.findall(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)", query):
        labels |= set(re.findall(r"\w+", listed))
    query = re.sub(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", query)
    query = re.sub(r"\{[^}]*\}|\[[^]]*\]", " ", query)
    names = {name for name in re.findall(r"\b([A-Za-z_]\w*)\b(?!\s*\()", query) if name not in WORDS}
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in names}, labels


def panels():
    """Returns the panels with queries."""
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def faults_of(what, query, metrics):
    """Returns what is wrong with the names in a query."""
    names, labels = used_by(query)
    known = metrics | BUILT_IN
    faults = [f"{what}: no service has the metric {name}" for name in names - known.keys()]
    allowed = OF_TARGETS.union(*(known.get(name, set()) for name in names))
    faults += [f"{what}: its metrics have no label {label}" for label in labels - allowed]
    return faults if names else [f"{what}: no metric in {query}"]
