"""The files of a project that scripts/copy-crate makes from a service.

They are those of this clone that git tracks or would add, changed where it is necessary. Lines between "example: left
out by copy-crate" and "end of example" are left out, and a module that such lines declare with its file. Dockerfile,
docker-compose.yml, deny.toml and others are made from those of this workspace; README.md and ci.yml beside this file are
the rest. A change whose text is not there any more stops the program, so that scripts/copy-check notices.
"""

import re
import shutil
import subprocess

LIBRARIES = ["identity-core", "identity-actix", "service-kit", "local-issuer"]
SERVICES = {
    "descope-api": {
        "folder": "crates/descope-api",
        "personas": "crates/local-issuer/personas.toml",
        "address": "http://localhost:8000",
        "issuer": "http://localhost:9000",
        "route": "/api/admin/users",
        "provider": "set `DESCOPE_PROJECT_ID` to your project's id and leave `DESCOPE_BASE_URL` empty",
    },
    "auth0-api": {
        "folder": "crates/auth0-api",
        "personas": "crates/local-issuer/personas.toml",
        "address": "http://localhost:8001",
        "issuer": "http://localhost:9001",
        "route": "/api/admin",
        "provider": "set `AUTH0_DOMAIN` and `AUTH0_API_AUDIENCE` to yours and leave `AUTH0_ISSUER` empty",
    },
    "billing-api": {
        "folder": "examples/billing-api",
        # They start the auth-server, which is not in the project.
        "left_out": "tests/http/",
        # The personas that have its scopes.
        "personas": "crates/integration-tests/src/launch/billing_personas.toml",
        "address": "http://localhost:8003",
        "issuer": "http://localhost:9001",
        "route": "/billing/invoices",
        "provider": "set `ISSUER`, `AUDIENCE`, and with `SCOPES_CLAIM`, `ROLES_CLAIM` and `ORGANIZATION_CLAIM` the claims of its tokens",
        # Instead of those of docker-compose.yml, where the auth-server is its issuer.
        "environment": {
            "ISSUER": "http://local-issuer:9001/",
            "AUDIENCE": "https://api.example.com",
            "ALLOW_HTTP_ISSUER": "local-issuer",
            "DATABASE_URL": "sqlite:///data/billing-api.db",
        },
    },
}

WORKSPACE = """[workspace]
resolver = "3"
members = ["crates/*"]
# Both, so that `cargo run` and `cargo run --bin local-issuer` build the same features of their dependencies.
default-members = [".", "crates/local-issuer"]"""

REGION = re.compile(r"^[ \t]*(?://|#) example: left out by copy-crate\n.*?^[ \t]*(?://|#) end of example\n", re.M | re.S)


class Refused(Exception):
    """A reason to stop, in one line."""


def write_project(clone, service, project):
    """Writes the project, in which the service has its old name."""
    about = SERVICES[service]
    for library in LIBRARIES:
        for file in files_of(clone, f"crates/{library}"):
            copy(clone / file, project / file)
    for text in ["LICENSE-MIT", "LICENSE-APACHE"]:
        copy(clone / text, project / "crates" / text)
    for file in files_of(clone, about["folder"]):
        inside = file[len(about["folder"]) + 1 :]
        if not inside.startswith(about.get("left_out", "/")):
            copy(clone / file, project / inside)
    copy(clone / about["personas"], project / "personas.toml")
    copy(clone / "scripts/copy/ci.yml", project / ".github/workflows/ci.yml")
    leave_out_examples(project)

    def root(name):
        return (clone / name).read_text()

    environment, compose = composed(service, root("docker-compose.yml"))
    sources = "!migrations\n!src\n" if (project / "migrations").exists() else "!src\n"
    texts = {
        "Cargo.toml": manifest(service, (project / "Cargo.toml").read_text(), root("Cargo.toml")),
        "Cargo.lock": root("Cargo.lock"),
        ".env.example": dotenv((project / ".env.example").read_text(), environment),
        "docker-compose.yml": compose,
        "Dockerfile": dockerfile(service, root("Dockerfile")),
        ".dockerignore": replaced(root(".dockerignore"), r"!examples\n!benchmarks/.*\n!benchmarks/.*\n", sources),
        "clippy.toml": replaced(root("clippy.toml"), r"scripts/check runs", "CI runs"),
        "deny.toml": deny(root("deny.toml")),
        "README.md": readme(service, root("scripts/copy/README.md")),
    }
    for name, text in texts.items():
        (project / name).write_text(text)


def files_of(clone, folder):
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", folder]
    done = subprocess.run(command, cwd=clone, capture_output=True, text=True)
    files = [file for file in done.stdout.split("\0") if file and (clone / file).is_file()]
    if not files:
        raise Refused(f"git lists no files of {folder}: expected a clone of the repository, not a download of its files")
    return files


def copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    # With its time, by which cargo knows whether to build it again.
    shutil.copy2(source, target)


def replaced(text, old, new):
    """Replaces a text that occurs once."""
    changed, count = re.subn(old, lambda _: new, text)
    if count != 1:
        raise Refused(f"scripts/copy/project.py expects a text once that is there {count} times: {old}")
    return changed


def leave_out_examples(project):
    for file in [*project.glob("src/**/*.rs"), *project.glob("tests/**/*.rs"), project / "Cargo.toml"]:
        text = file.read_text() if file.exists() else ""
        for region in REGION.findall(text):
            for module in re.findall(r"^mod (\w+);", region, re.M):
                (file.with_suffix("") / f"{module}.rs").unlink()
        if REGION.search(text):
            file.write_text(re.sub(r"\n{3,}", "\n\n", REGION.sub("", text)))


def manifest(service, text, workspace):
    text = re.sub(r'path = "(?:\.\./)+(?:crates/)?(' + "|".join(LIBRARIES) + ')"', r'path = "crates/\1"', text)
    text = replaced(text, r"\npublish = false\n", f'\npublish = false\ndefault-run = "{service}"\n')
    # Without those of dependencies that only the auth-server has.
    profiles = [one.strip() for one in workspace.split("\n\n") if "[profile." in one and not re.search("argon2|blake2", one)]
    return "\n\n".join([text.strip(), WORKSPACE, *profiles]) + "\n"


def dotenv(text, environment):
    """Sets what the service needs to know of a local issuer on this machine."""
    first = r"Copy this file to \.env and fill in the required ones\."
    text = replaced(text, first, "The values are for development with the\n# local issuer: copy this file to .env.")
    for name, value in environment.items():
        # These are for containers only.
        if name not in ["ALLOW_HTTP_ISSUER", "DATABASE_URL"] and re.search(f"^{name}=$", text, re.M):
            text = replaced(text, f"(?m)^{name}=$", f"{name}={value.replace('//local-issuer:', '//localhost:')}")
    return text


def composed(service, text):
    """Returns the environment of the service, and docker-compose.yml with it and the local issuer alone."""
    head, shared, issuer, *others = text.split("\n\n")
    [own] = [one for one in others if one.startswith(f"  {service}:\n")]
    # Prometheus is not copied along.
    own = replaced(own, r"      METRICS_ADDR: [^\n]*\n", "")
    before, lines, after = re.fullmatch(r"(.*\n    environment:\n)((?:      [^\n]*\n)*)(.*)", own, re.S).groups()
    environment = SERVICES[service].get("environment")
    if environment:
        lines = "".join(f"      {name}: {value}\n" for name, value in environment.items())
        own = before + lines + replaced(after, "auth-server:", "local-issuer:")
    else:
        environment = dict(re.findall(r"^      (\w+): (.*)$", lines, re.M))
    head = replaced(head, r" For the real providers, use docker-compose\.live\.yml\.", "")
    issuer = replaced(issuer, '"local-issuer-data:/data"', '"local-issuer-data:/data", "./personas.toml:/personas.toml:ro"')
    issuer = replaced(issuer, "    environment:\n", "    environment:\n      LOCAL_ISSUER_PERSONAS: /personas.toml\n")
    issuer = replaced(issuer, r"\$\{IMAGES:-identity\}-", f"{service}-")
    # On its page, the service alone. Without the auth-server, it accepts the tokens of one of the issuer's sides.
    listed = r"        \S+ \S+ http\S+ http\S+\n"
    side = "descope" if SERVICES[service]["issuer"].endswith(":9000") else "auth0"
    address = SERVICES[service]["address"]
    shown = f"        {service} {side} {address} {address.replace('localhost', service)}\n"
    issuer = replaced(issuer, f"(?:{listed})+", shown)
    own = replaced(own, r"\$\{IMAGES:-identity\}-", "")
    kept = ["volumes", "local-issuer-data", f"{service}-data"]
    volumes = [line for line in others[-1].splitlines() if line.strip(" :") in kept]
    return environment, "\n\n".join([head, shared, issuer, own, "\n".join(volumes)]) + "\n"


def dockerfile(service, text):
    port = SERVICES[service]["address"].rpartition(":")[2]
    for old, new in [
        (r"ARG BIN=descope-api\n", f"ARG BIN={service}\n"),
        (r"docker build -t descope-api \.", f"docker build -t {service} ."),
        (r"--build-arg BIN=auth0-api", "--build-arg BIN=local-issuer"),
        (r'PACKAGES="[^"]*"', f'PACKAGES="-p {service} -p local-issuer"'),
        (r"EXPOSE 8000 .*", f"EXPOSE {port} 9000 9001"),
        (r' *org\.opencontainers\.image\.description=".*" \\\n', ""),
        (r' \\\n *org\.opencontainers\.image\.licenses=".*"', ""),
    ]:
        text = replaced(text, old, new)
    return text


def deny(text):
    text = replaced(text, r"scripts/check runs it", "CI runs it")
    text = replaced(text, r"# Needs the RustSec database: .*\n", "")
    # The project has fewer dependencies than this workspace.
    return replaced(text, r'\nunused-allowed-license = "deny"', "")


def readme(service, text):
    for name in ["address", "issuer", "route", "provider"]:
        text = text.replace(f"@{name}@", SERVICES[service][name])
    return text.replace("@service@", service)
