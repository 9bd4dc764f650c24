"""What docker-compose.scale.yml runs, as processes of this machine: two replicas of each service, PostgreSQL, Redis, the
local issuer, and HAProxy with TLS, with the configuration of deploy/scale."""

import csv
import io
import os
import shutil
import socket
import subprocess
import urllib.request

from http_client import Client
from programs import Failed, Postgres, Program, accepts, free_ports, wait_until

SERVICES = ("descope-api", "auth0-api", "auth-server", "billing-api")
REPLICAS = (1, 2)
PROJECT = "P2LocalIssuerDevelopment0000"
AUDIENCE = "https://api.example.com"
CONTROL_TOKEN = "the control plane of this check"
DEPLOYED = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "deploy", "scale"))
# More than the load ever sends: so every request is counted in the store, and none is refused.
LIMITS = {
    f"RATE_LIMIT__{name}__PER_MINUTE": "1000000"
    for name in ("ADDRESS__PUBLIC", "ADDRESS__READ", "ADDRESS__CHANGE", "SUBJECT__READ", "SUBJECT__CHANGE")
}


class Topology:
    """Runs until `stop`."""

    def __init__(self, programs, folder):
        self.programs, self.folder = programs, folder
        self.running = []
        names = [*SERVICES, *((service, replica) for service in SERVICES for replica in REPLICAS)]
        names += ["postgres", "redis", "descope", "auth0"]
        self.ports = dict(zip(names, free_ports(len(names))))
        self.authority = os.path.join(folder, "authority.crt")
        self.has_quotas = "RATE_LIMIT_URL" in subprocess.run(
            [self._program("auth0-api"), "--help"], capture_output=True, text=True, check=True
        ).stdout
        self.postgres = self.redis = None

    def start(self):
        self._make_certificate()
        self.postgres = Postgres(self.folder, self.ports["postgres"])
        redis = shutil.which("redis-server") or shutil.which("valkey-server")
        if not redis:
            raise Failed("redis-server is missing: apt-get install redis-server")
        port = self.ports["redis"]
        command = [redis, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
        self.redis = self._add(Program("redis", command, {}, self.folder, lambda: accepts(port)))
        self.issuer = self._add(self._issuer())
        self.proxy = self._add(self._proxy())
        self.replicas = {}
        for service in SERVICES:
            for replica in REPLICAS:
                self.replicas[service, replica] = self._add(self.service(service, replica))
        self.redis.start()
        self.redis.wait()
        # All at once, on empty databases: both replicas of a service migrate them at the same time.
        for program in (self.issuer, self.proxy, *self.replicas.values()):
            program.start()
        for program in (self.issuer, *self.replicas.values()):
            program.wait()
        self.wait_for_proxy()

    def stop(self):
        for program in self.running:
            if program.is_running():
                program.kill()
        if self.postgres:
            try:
                self.postgres.stop("immediate")
            except Failed:
                pass  # It had not started.

    def client(self, tally=None):
        """Returns a client of the proxy."""
        return Client(self.ports, self.authority, tally)

    def direct(self, replica):
        """Returns a client of the replicas with this number, without the proxy."""
        return Client({service: self.ports[service, replica] for service in SERVICES}, address="127.0.0.1")

    def service(self, service, replica, port=None, changes=None):
        """Returns a program that is not started; with a port of its own, it is a further replica that the proxy does not know."""
        port = port or self.ports[service, replica]
        settings = self._settings(service) | {"PORT": str(port), "SHUTDOWN__DELAY_SECONDS": "2"} | (changes or {})
        name = f"{service}-{replica}"
        url = f"http://127.0.0.1:{port}/health/ready"
        return Program(name, [self._program(service)], settings, self.folder, lambda: responds(url))

    def start_further(self, service, replica, port, changes):
        """Starts a replica that the proxy does not know, with other settings, and returns once it is ready."""
        program = self._add(self.service(service, replica, port, changes))
        program.start()
        program.wait()

    def keys_of_store(self, prefix):
        """Returns how many counters the store has whose keys begin with this prefix."""
        # *2, and the keys after it.
        return int(self._store(f"KEYS {prefix}*").readline()[1:])

    def is_store_used(self):
        """Returns whether a service has counted in the store since its start."""
        response = self._store("INFO commandstats")
        # $120, and as many characters.
        return b"cmdstat_evalsha:" in response.read(int(response.readline()[1:]))

    def _store(self, command):
        """Returns the store's response, to be read as bytes: its lengths are of bytes."""
        with socket.create_connection(("127.0.0.1", self.ports["redis"]), timeout=30) as connection:
            connection.sendall(f"{command}\r\n".encode())
            return connection.makefile("rb")

    def wait_for_proxy(self):
        """Returns once the proxy sends requests to every replica."""
        wait_until("the proxy has every replica", lambda: set(self._states().values()) == {"UP"})

    def wait_until_down(self, service, replica):
        """Returns once the proxy sends no requests there any more."""
        is_down = lambda: self._states().get((service, str(replica)), "").startswith("DOWN")
        wait_until(f"the proxy has seen the end of {service} {replica}", is_down)

    def control(self, side, path, body=b"{}"):
        """Sends a request to the control plane of the local issuer; the side is descope or auth0."""
        url = f"http://127.0.0.1:{self.ports[side]}/_control/{path}"
        request = urllib.request.Request(url, body, {"Authorization": f"Bearer {CONTROL_TOKEN}"})
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.read()

    def token(self, side, persona="admin"):
        with urllib.request.urlopen(f"http://localhost:{self.ports[side]}/_token/{persona}", timeout=30) as response:
            return response.read().decode().strip()

    def rotate_keys(self):
        """Rotates the keys of auth-server by its command."""
        command = [self._program("auth-server"), "rotate-keys"]
        settings = {"PATH": os.environ["PATH"]} | self._settings("auth-server")
        subprocess.run(command, cwd=self.folder, env=settings, check=True, capture_output=True, timeout=60)

    def _settings(self, service):
        settings = {"TRUSTED_PROXIES": "127.0.0.1"}
        if self.has_quotas:
            settings |= LIMITS | {"RATE_LIMIT_URL": f"redis://127.0.0.1:{self.ports['redis']}"}
        issuer = f"https://localhost:{self.ports['auth-server']}"
        match service:
            case "descope-api":
                settings["DESCOPE_PROJECT_ID"] = PROJECT
                settings["DESCOPE_BASE_URL"] = f"http://localhost:{self.ports['descope']}"
            case "auth0-api":
                settings["AUTH0_DOMAIN"] = "dev-example.us.auth0.com"
                settings["AUTH0_API_AUDIENCE"] = AUDIENCE
                settings["AUTH0_ISSUER"] = f"http://localhost:{self.ports['auth0']}/"
            case "auth-server":
                settings["ISSUER"] = issuer
                settings["KEY_ENCRYPTION_KEY"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
                settings["THROTTLE__SIGNUPS_PER_ADDRESS"] = "1000"
            case "billing-api":
                settings["ISSUER"] = issuer
                settings["EXTRA_CA_FILE"] = self.authority
        if service != "auth0-api":
            settings["DATABASE_URL"] = self.postgres.url(service.replace("-", "_"))
        return settings

    def _issuer(self):
        settings = {
            "LOCAL_ISSUER_DESCOPE_PORT": str(self.ports["descope"]),
            "LOCAL_ISSUER_AUTH0_PORT": str(self.ports["auth0"]),
            "LOCAL_ISSUER_CONTROL_TOKEN": CONTROL_TOKEN,
        }
        url = f"http://127.0.0.1:{self.ports['descope']}/health"
        return Program("local-issuer", [self._program("local-issuer")], settings, self.folder, lambda: responds(url))

    def _proxy(self):
        haproxy = shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin")
        if not haproxy:
            raise Failed("haproxy is missing: apt-get install haproxy")
        settings = {"BIND": "127.0.0.1", "CERTIFICATE": os.path.join(self.folder, "proxy.pem")}
        for service in SERVICES:
            name = service.upper().replace("-", "_")
            settings[f"{name}_PORT"] = str(self.ports[service])
            for replica in REPLICAS:
                settings[f"{name}_{replica}"] = f"127.0.0.1:{self.ports[service, replica]}"
        # Beside the file that is shipped: where it can be asked for the state of each replica.
        self.socket = os.path.join(self.folder, "haproxy.sock")
        asking = os.path.join(self.folder, "socket.cfg")
        with open(asking, "w") as file:
            file.write(f"global\n    stats socket {self.socket} mode 600 level user\n")
        command = [haproxy, "-db", "-f", os.path.join(DEPLOYED, "haproxy.cfg"), "-f", asking]
        return Program("haproxy", command, settings, self.folder, lambda: os.path.exists(self.socket))

    def _states(self):
        """Returns the state of each replica as the proxy sees it."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(self.socket)
                connection.sendall(b"show stat -1 4 -1\n")
                text = connection.makefile().read()
        except OSError:
            return {None: "the proxy does not respond"}
        rows = csv.DictReader(io.StringIO(text.removeprefix("# ")))
        return {(row["pxname"], row["svname"]): row["status"] for row in rows}

    def _make_certificate(self):
        command = ["sh", os.path.join(DEPLOYED, "certificate.sh"), self.folder, "localhost"]
        subprocess.run(command, check=True, capture_output=True)

    def _add(self, program):
        self.running.append(program)
        return program

    def _program(self, name):
        return os.path.join(self.programs, name)


def responds(url):
    """Returns whether the response is a success."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False
