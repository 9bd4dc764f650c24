"""Compares the dashboard, the alerts, their tests and their documentation with one another and with the code."""

import re

from dashboard import BUILT_IN, DASHBOARD, ROOT, RULE_TESTS, RULES, TROUBLESHOOTING, faults_of, panels, table, used_by


def alerts():
    """Returns the text of each alert."""
    parts = re.split(r"^      - alert: (\w+)\n", RULES, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def query_of(rule):
    """Returns the query of an alert, in one line or in several."""
    return re.search(r"^        expr: (?:\|\n((?:          .*\n)+)|(.*)\n)", rule, re.MULTILINE).group(0).split(":", 1)[1]


def faults_of_alerts(metrics):
    found = alerts()
    healthy = RULE_TESTS.split("\n  - name: ")[1]
    sections = re.search(r"^## Alerts$(.*?)(?=^## |\Z)", TROUBLESHOOTING, re.MULTILINE | re.DOTALL)
    sections = set(re.findall(r"^### (\w+)$", sections.group(1), re.MULTILINE)) if sections else set()
    faults = [f"docs/troubleshooting.md: there is no alert {name}" for name in sections - found.keys()]
    for name, rule in found.items():
        faults += faults_of(name, query_of(rule), metrics)
        if not re.search(r"severity: (critical|warning|info) ", rule):
            faults.append(f"{name}: severity is critical, warning or info")
        for annotation in ("summary", "description"):
            if not re.search(rf'^          {annotation}: ".+"$', rule, re.MULTILINE):
                faults.append(f"{name}: it has no {annotation}")
        if f"runbook: docs/troubleshooting.md#{name.lower()}\n" not in rule or name not in sections:
            faults.append(f"{name}: its runbook must be a section ### {name} below ## Alerts in docs/troubleshooting.md")
        if f'alertname="{name}"' not in RULE_TESTS:
            faults.append(f"{name}: no test in alerts_test.yml has it fire")
        for metric in used_by(query_of(rule))[0]:
            if metric not in healthy:
                faults.append(f"{name}: the test of healthy services has no {metric}")
    return faults


def faults_of_dashboard(metrics):
    faults, taken, refs = [], {}, set()
    if DASHBOARD["schemaVersion"] < 36 or not DASHBOARD["uid"] or not DASHBOARD["title"]:
        faults.append("dashboard: schemaVersion, uid or title")
    variables = {variable["name"]: variable["type"] for variable in DASHBOARD["templating"]["list"]}
    if variables != {"datasource": "datasource", "job": "query", "instance": "query"}:
        faults.append(f"dashboard: its variables are {variables}")
    for panel in DASHBOARD["panels"]:
        title, where = panel["title"], panel["gridPos"]
        for key in (("id", panel["id"]), ("title", title)):
            if key in refs:
                faults.append(f"{title}: another panel has the same {key[0]}")
            refs.add(key)
        for x in range(where["x"], where["x"] + where["w"]):
            for y in range(where["y"], where["y"] + where["h"]):
                if x >= 24 or taken.setdefault((x, y), title) != title:
                    faults.append(f"{title}: it is on {taken.get((x, y))}")
                    break
    shown = set()
    for panel in panels():
        title, targets = panel["title"], panel["targets"]
        if not panel["description"] or not targets:
            faults.append(f"{title}: it has no description or no query")
        if len({target["refId"] for target in targets}) != len(targets):
            faults.append(f"{title}: two queries have the same refId")
        for target in [panel, *targets]:
            if target["datasource"] != {"type": "prometheus", "uid": "${datasource}"}:
                faults.append(f"{title}: its data source is not the variable")
        for target in targets:
            faults += faults_of(title, target["expr"], metrics)
            shown |= used_by(target["expr"])[0]
            if 'job=~"$job"' not in target["expr"]:
                faults.append(f"{title}: its query ignores the variable job")
    faults += [f"no panel shows the metric {name}" for name in metrics.keys() - shown]
    return faults


def faults_of_targets():
    """Each target of Prometheus is a service of docker-compose.yml that exports there, and not to the machine."""
    faults = []
    compose = (ROOT / "docker-compose.yml").read_text()
    services = dict(re.findall(r"^  ([\w-]+):\n((?:    .*\n|\n)+)", compose, re.MULTILINE))
    exporting = {name for name, text in services.items() if "METRICS_ADDR: 0.0.0.0:9100\n" in text}
    config = (ROOT / "deploy/prometheus/prometheus.yml").read_text()
    targets = re.findall(r'targets: \["([\w-]+):9100"\], labels: \{ job: ([\w-]+) \}', config)
    if {(name, name) for name in exporting} != set(targets) or len(targets) != 4:
        faults.append(f"prometheus.yml has the targets {targets}; docker-compose.yml has METRICS_ADDR in {exporting}")
    if re.search(r"ports:.*9100", compose):
        faults.append("docker-compose.yml publishes metrics")
    if "profiles: [metrics]\n" not in services.get("prometheus", ""):
        faults.append("docker-compose.yml starts prometheus without its profile")
    jobs = "|".join(name for name, _ in targets)
    for selected in set(re.findall(r'job=~"([^"]*)"', RULES)) - {jobs}:
        faults.append(f"alerts.yml: {selected} are not the jobs of prometheus.yml")
    return faults


def main():
    metrics = table()
    if overlap := metrics.keys() & BUILT_IN.keys():
        raise SystemExit(f"Prometheus has metrics of these names: {overlap}")
    faults = faults_of_alerts(metrics) + faults_of_dashboard(metrics) + faults_of_targets()
    if faults:
        raise SystemExit("metrics-check: " + "\n".join(faults))


main()
