"""The programs of the check: started, killed, stopped, and waited for."""

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from glob import glob

# On a busy machine.
PATIENCE = 90


class Failed(Exception):
    """The check cannot go on, or has found a fault."""


def wait_until(what, test):
    """Returns what the test returns, once it is true."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        result = test()
        if result:
            return result
        time.sleep(0.02)
    raise Failed(f"waited in vain until {what}")


def free_ports(count):
    """Returns ports that are free now, below those that the system gives to outgoing connections."""
    ports = []
    while len(ports) < count:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in ports:
            ports.append(port)
    return ports


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Program:
    """A program with these settings and no others, in a folder of its own."""

    def __init__(self, name, command, settings, folder, is_ready):
        self.name, self.command, self.settings, self.is_ready = name, command, settings, is_ready
        self.folder = os.path.join(folder, name)
        os.makedirs(self.folder, exist_ok=True)
        self.log = os.path.join(self.folder, "log")
        self.process = None

    def start(self):
        settings = {"PATH": os.environ["PATH"], "RUST_LOG": "warn"} | self.settings
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.folder, env=settings, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def wait(self):
        """Returns once it is ready."""

        def test():
            if self.process.poll() is not None:
                raise Failed(f"{self.name} has ended")
            return self.is_ready()

        try:
            wait_until(f"{self.name} is ready", test)
        except Failed as failed:
            raise Failed(f"{failed}: {self.end_of_log()}") from None

    def kill(self):
        """Returns when it was told, and when it had ended."""
        told = time.monotonic()
        self.process.kill()
        self.process.wait()
        return told, time.monotonic()

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def has_stopped(self):
        """Waits for its end after SIGTERM, and returns its exit code."""
        return self.process.wait(PATIENCE)

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def memory(self):
        """Returns its memory in MiB: now, and the most that it had."""
        values = {}
        with open(f"/proc/{self.process.pid}/status") as status:
            for line in status:
                name, _, value = line.partition(":")
                values[name] = value.split()
        return tuple(round(int(values[name][0]) / 1024) for name in ("VmRSS", "VmHWM"))

    def end_of_log(self):
        with open(self.log, errors="replace") as log:
            return "".join(log.readlines()[-15:]).strip()


class Postgres:
    """A server of its own: a free port, a temporary folder, and a database for each service that has one."""

    DATABASES = ("descope_api", "auth_server", "billing_api")

    def __init__(self, folder, port):
        found = sorted(glob("/usr/lib/postgresql/*/bin/initdb")) or [shutil.which("initdb") or ""]
        self.programs = os.path.dirname(found[-1])
        if not self.programs:
            raise Failed("initdb is missing: apt-get install postgresql")
        self.port, self.folder = port, os.path.join(folder, "postgres")
        os.makedirs(self.folder)
        # The server refuses to run as root.
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if self.as_user:
            os.chmod(folder, 0o755)
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "-D", self._data(), "-U", "postgres", "--auth=trust")
        self.start()
        for name in self.DATABASES:
            self.query("postgres", f"CREATE ROLE {name} LOGIN")
            self.query("postgres", f"CREATE DATABASE {name} OWNER {name}")

    def url(self, name):
        return f"postgres://{name}@127.0.0.1:{self.port}/{name}"

    def start(self):
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        log = os.path.join(self.folder, "log")
        # Its output is not a pipe, which the server would keep open.
        self._run("pg_ctl", "-D", self._data(), "-l", log, "-w", "-o", options, "start", stdout=subprocess.DEVNULL)

    def stop(self, mode):
        """`fast` rolls back what is open; `immediate` is a crash, after which it recovers."""
        self._run("pg_ctl", "-D", self._data(), "-m", mode, "-w", "stop")

    def query(self, database, sql):
        """Returns the lines of the result."""
        arguments = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", database, "-v", "ON_ERROR_STOP=1"]
        return self._run("psql", *arguments, "-Atqc", sql).splitlines()

    def _data(self):
        return os.path.join(self.folder, "data")

    def _run(self, program, *arguments, stdout=subprocess.PIPE):
        command = [*self.as_user, os.path.join(self.programs, program), *arguments]
        # The user postgres may not be allowed into the current folder.
        done = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise Failed(f"{program}: {done.stderr.strip() or done.stdout}")
        return done.stdout or ""
