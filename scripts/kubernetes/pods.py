"""What every pod must be, whatever it runs."""

TEMPLATES = {
    "Deployment": lambda spec: spec["template"],
    "Job": lambda spec: spec["template"],
    "CronJob": lambda spec: spec["jobTemplate"]["spec"]["template"],
}
SHARED_WITH_NODE = ("hostNetwork", "hostPID", "hostIPC")


def pods_of(documents):
    """Yields the owner and the template of each kind of pod."""
    for document in documents:
        if document["kind"] in TEMPLATES:
            name = f"{document['kind']} {document['metadata']['name']}"
            yield name, TEMPLATES[document["kind"]](document["spec"])


def faults_of_pod(owner, template, user, tag):
    """Returns what is wrong with a pod, which runs as `user` and whose image has this tag."""
    spec = template["spec"]
    rights = spec.get("securityContext", {})
    expected = {
        "automountServiceAccountToken": (spec.get("automountServiceAccountToken"), False),
        "enableServiceLinks": (spec.get("enableServiceLinks"), False),
        "runAsNonRoot": (rights.get("runAsNonRoot"), True),
        "runAsUser": (rights.get("runAsUser"), user),
        "seccompProfile": (rights.get("seccompProfile"), {"type": "RuntimeDefault"}),
        "initContainers": (spec.get("initContainers"), None),
        "other volumes than secrets": ([it for it in spec.get("volumes", []) if "secret" not in it], []),
        "shared with the node": ([it for it in SHARED_WITH_NODE if spec.get(it)], []),
    }
    for container in spec["containers"]:
        own = container.get("securityContext", {})
        resources = container.get("resources", {})
        expected |= {
            "privileged": (own.get("privileged", False), False),
            "allowPrivilegeEscalation": (own.get("allowPrivilegeEscalation"), False),
            "readOnlyRootFilesystem": (own.get("readOnlyRootFilesystem"), True),
            "capabilities": (own.get("capabilities"), {"drop": ["ALL"]}),
            "tag of the image": (container["image"].rpartition("/")[2].partition(":")[2], tag),
            "limits": (set(resources.get("limits", {})), {"cpu", "memory"}),
            "requests": (set(resources.get("requests", {})), {"cpu", "memory"}),
            "other rights than the pod's": (own.keys() & {"runAsUser", "runAsGroup", "runAsNonRoot", "seccompProfile"}, set()),
            "values of variables": (container.get("env"), None),
        }
    return [f"{owner}: {what} is {got}, expected {wanted}" for what, (got, wanted) in expected.items() if got != wanted]
