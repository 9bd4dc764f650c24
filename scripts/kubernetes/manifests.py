"""Checks rendered manifests: manifests.py BASE EXAMPLE PROGRAMS

BASE and EXAMPLE are what kustomize made of the base and of the overlay; PROGRAMS is the folder of the services.
"""

import base64
import pathlib
import re
import subprocess
import sys
import tempfile

import kubernetes_validate
import yaml

from pods import faults_of_pod, pods_of

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVICES = ("descope-api", "auth0-api", "auth-server", "billing-api")
VERSIONS = ("1.25", "1.37")
# Resource types of the Prometheus Operator: Kubernetes has no schema of them.
FOREIGN = "monitoring.coreos.com/"


def settings():
    """Returns the rows of docs/settings.md by service and name: the default, and whether there is a _FILE."""
    rows = {service: {} for service in SERVICES}
    for line in (ROOT / "docs/settings.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if not re.match(r"\| `[A-Z]", line):
            continue
        name, _, _, default, _, services, text = cells[0].strip("| `"), *cells[1:7]
        for service in SERVICES if services == "all" else services.split(", "):
            rows[service][name] = default.strip("`")
            if f"`{name}_FILE`" in text:
                rows[service][f"{name}_FILE"] = ""
    return rows


def schema_faults(documents):
    faults, checked, foreign = [], 0, 0
    for document in documents:
        if document["apiVersion"].startswith(FOREIGN):
            foreign += 1
            continue
        for version in VERSIONS:
            try:
                kubernetes_validate.validate(document, version, strict=True)
                checked += 1
            except kubernetes_validate.ValidationError as error:
                faults.append(f"{name_of(document)}: Kubernetes {version}: {error.message}")
    return faults, checked // len(VERSIONS), foreign


def name_of(document):
    return f"{document['kind']} {document['metadata']['name']}"


def of_kind(documents, kind):
    return {document["metadata"]["name"]: document for document in documents if document["kind"] == kind}


def matches(selector, labels):
    return selector.get("matchLabels", {}).items() <= labels.items()


def service_faults(documents, known):
    """Each service has all of its resources, and they agree with its settings and routes."""
    faults = []
    probes = set(re.findall(r'#\[get\("([^"]+)"\)\]', (ROOT / "crates/service-kit/src/observe/health.rs").read_text()))
    deployments, maps = of_kind(documents, "Deployment"), of_kind(documents, "ConfigMap")
    for service in SERVICES:
        deployment = deployments[service]
        template = deployment["spec"]["template"]
        [container] = template["spec"]["containers"]
        labels = template["metadata"]["labels"]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        [config] = [maps[source["configMapRef"]["name"]]["data"] for source in container["envFrom"]]
        expected = {"http": int(known[service]["PORT"]), "metrics": int(config["METRICS_ADDR"].rpartition(":")[2])}
        if ports != expected:
            faults.append(f"{service}: its ports are {ports}, those of its settings {expected}")
        for probe, path in (("livenessProbe", "/health"), ("startupProbe", "/health"), ("readinessProbe", "/health/ready")):
            get = container.get(probe, {}).get("httpGet", {})
            if get != {"path": path, "port": "http"} or path not in probes:
                faults.append(f"{service}: {probe} is {get}, expected {path}, of the routes {probes}")
        stops_in = int(config["SHUTDOWN__DELAY_SECONDS"]) + int(known[service]["SHUTDOWN__TIMEOUT_SECONDS"])
        if template["spec"]["terminationGracePeriodSeconds"] <= stops_in:
            faults.append(f"{service}: it is killed before it has stopped, which takes up to {stops_in} s")
        if "preStop" in str(container) or "replicas" in deployment["spec"]:
            faults.append(f"{service}: it has a preStop hook or replicas")
        spread = template["spec"]["topologySpreadConstraints"]
        selectors = {"Deployment": deployment["spec"]["selector"]} | {f"spread {it['topologyKey']}": it["labelSelector"] for it in spread}
        service_ports = of_kind(documents, "Service")[service]["spec"]
        selectors["Service"] = {"matchLabels": service_ports["selector"]}
        budget = of_kind(documents, "PodDisruptionBudget")[service]["spec"]
        selectors["PodDisruptionBudget"] = budget["selector"]
        for kind, selector in selectors.items():
            if not matches(selector, labels) or matches(selector, {"app.kubernetes.io/part-of": "identity-services"}):
                faults.append(f"{service}: {kind} does not select its pods alone")
        if {port["targetPort"] for port in service_ports["ports"]} != set(ports):
            faults.append(f"{service}: its Service has other ports than its pods")
        scaler = of_kind(documents, "HorizontalPodAutoscaler")[service]["spec"]
        target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": service}
        if scaler["scaleTargetRef"] != target or scaler["minReplicas"] < 2 or budget["maxUnavailable"] != 1:
            faults.append(f"{service}: its HorizontalPodAutoscaler or PodDisruptionBudget")
    return faults


def setting_faults(documents, known, programs):
    """Each variable is a setting of its service, and with `programs` the service can start with all of them."""
    faults = []
    maps, secrets = of_kind(documents, "ConfigMap"), of_kind(documents, "Secret")
    for owner, template in pods_of(documents):
        spec = template["spec"]
        [container] = spec["containers"]
        service = re.search(r"identity-([\w-]+)[:@]", container["image"]).group(1)
        [config] = [maps[source["configMapRef"]["name"]]["data"] for source in container["envFrom"]]
        for name, value in config.items():
            if name not in known[service]:
                faults.append(f"{owner}: {service} has no setting {name}")
            elif value and f"{name}_FILE" in known[service]:
                faults.append(f"{owner}: {name} is a secret, which belongs into a file")
        command = container.get("args", ["serve"])
        program = programs / service
        with tempfile.TemporaryDirectory() as folder:
            environment = image_environment() | config
            mounts = {mount["name"]: mount["mountPath"] for mount in container.get("volumeMounts", [])}
            for volume in spec.get("volumes", []):
                data = secrets.get(volume["secret"]["secretName"], {}).get("data")
                for key, value in (data or {}).items():
                    pathlib.Path(folder, key).write_bytes(base64.b64decode(value))
                path = mounts[volume["name"]]
                environment = {name: re.sub(f"^{path}/", f"{folder}/", value) for name, value in environment.items()}
            if subprocess.run([program, *command, "--help"], capture_output=True).returncode != 0:
                faults.append(f"{owner}: {service} has no subcommand {command}")
            if secrets:
                run = subprocess.run([program, "check-config"], cwd=folder, env=environment, capture_output=True, text=True)
                if run.returncode != 0:
                    faults.append(f"{owner}: check-config of {service}: {run.stderr}")
    return faults


def image_environment():
    """Returns the environment that the Dockerfile sets."""
    variables = re.search(r"^ENV (LISTEN_HOST(?:.*\\\n)*.*)", (ROOT / "Dockerfile").read_text(), re.MULTILINE).group(1)
    return dict(re.findall(r"(\w+)=(\S+)", variables))


def network_faults(documents):
    """Every pod is denied everything, each policy is about some pods, and its named ports are theirs."""
    faults = []
    policies = of_kind(documents, "NetworkPolicy")
    pods = [(owner, template["metadata"]["labels"], template["spec"]) for owner, template in pods_of(documents)]
    deny = policies["identity-services-deny"]["spec"]
    if set(deny["policyTypes"]) != {"Ingress", "Egress"} or "ingress" in deny or "egress" in deny:
        faults.append("identity-services-deny allows something")
    faults += [f"{owner}: no policy denies anything" for owner, labels, _ in pods if not matches(deny["podSelector"], labels)]
    for name, policy in policies.items():
        selected = [spec for _, labels, spec in pods if matches(policy["spec"]["podSelector"], labels)]
        if not selected:
            faults.append(f"{name}: it is about no pod")
        ports = {port["name"] for spec in selected for port in spec["containers"][0].get("ports", [])}
        for rule in policy["spec"].get("ingress", []):
            faults += [f"{name}: no pod has the port {port['port']}" for port in rule["ports"] if port["port"] not in ports]
        for rule in [*policy["spec"].get("ingress", []), *policy["spec"].get("egress", [])]:
            if not rule.get("ports") or not (rule.get("from") or rule.get("to")):
                faults.append(f"{name}: a rule without ports or without peers allows everything")
    return faults


def monitoring_faults(documents):
    faults = []
    [monitor] = of_kind(documents, "ServiceMonitor").values()
    [rule] = of_kind(documents, "PrometheusRule").values()
    alerts = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())
    if rule["spec"] != alerts:
        faults.append("the PrometheusRule has other alerts than alerts.yml")
    for service in SERVICES:
        it = of_kind(documents, "Service")[service]
        names = {port["name"] for port in it["spec"]["ports"]}
        if not matches(monitor["spec"]["selector"], it["metadata"]["labels"]):
            faults.append(f"the ServiceMonitor does not select {service}")
        if it["metadata"]["labels"].get(monitor["spec"]["jobLabel"]) != service:
            faults.append(f"the label job of {service} would be another")
        if not {endpoint["port"] for endpoint in monitor["spec"]["endpoints"]} <= names:
            faults.append(f"{service} has no port of the ServiceMonitor")
    return faults


def main():
    base, example = ([it for it in yaml.safe_load_all(pathlib.Path(path).read_text()) if it] for path in sys.argv[1:3])
    programs, known = pathlib.Path(sys.argv[3]), settings()
    version = re.search(r'image\.version="([^"]+)"', (ROOT / "Dockerfile").read_text()).group(1)
    user = int(re.search(r"^USER (\d+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE).group(1))
    faults = []
    for documents in (base, example):
        found, checked, foreign = schema_faults(documents)
        faults += found + service_faults(documents, known) + setting_faults(documents, known, programs)
        faults += network_faults(documents)
        for owner, template in pods_of(documents):
            faults += faults_of_pod(owner, template, user, f"v{version}")
    # The base has no secrets and none of the Operator's types.
    faults += monitoring_faults(example)
    if of_kind(base, "Secret"):
        faults.append("the base has a Secret")
    if faults:
        raise SystemExit("kubernetes-check: " + "\n".join(dict.fromkeys(faults)))
    print(
        f"kubernetes-check: {checked} resources of the example are valid in Kubernetes {' and '.join(VERSIONS)}, "
        f"{len(list(pods_of(example)))} pods agree with their programs; {foreign} resources of the Prometheus Operator "
        "have no schema here; nothing ran in a cluster"
    )


main()
