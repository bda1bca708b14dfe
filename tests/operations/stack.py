"""The networked profile as processes: the servers of .ci/servers, a memory service and one replica in production mode."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a-secret-of-the-tests-longer-than-thirty-two-bytes"
TOPICS = ("audit_events", "somabrain_events")
POSTGRES_BIN = "/usr/lib/postgresql/15/bin"


def free_ports(number):
    """Ports that nobody listens on, all different."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def await_that(what, holds, seconds=60.0, every=0.1):
    """Waits until `holds()` is true, and answers it."""
    end = time.monotonic() + seconds
    while not (answer := holds()):
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not so after {seconds:g} s")
        time.sleep(every)
    return answer


def fetch(url, body=None, token=None, timeout=30.0, method=None):
    """Status and text of an answer; status 0 where there was none."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(url, data=body.encode() if body is not None else None, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def alive(pid):
    """Whether the process runs; one that has ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Process:
    """A program of ours with its log in a file; the same one again after it was killed."""

    def __init__(self, name, command, log, environment=None):
        self.name, self.command, self.log, self.environment = name, [str(part) for part in command], Path(log), environment
        self.child = None

    def start(self):
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment, start_new_session=True
            )

    def signal(self, name):
        self.child.send_signal(getattr(signal, f"SIG{name}"))

    def kill(self):
        self.child.kill()
        self.child.wait()

    def stop(self):
        """Ends it; answers its exit code."""
        if self.child is None or self.child.poll() is not None:
            return self.child and self.child.returncode
        self.signal("CONT")
        self.child.terminate()
        try:
            return self.child.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


class Servers:
    """Redis, Postgres, Kafka and OPA, each of which can be taken away and given back."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.gone = set()

    def start(self):
        subprocess.run([ROOT / ".ci/servers", "start", self.folder], check=True)
        found = re.findall(r"^export SOMABRAIN_TEST_(\w+)=(.*)$", (self.folder / "env").read_text(), re.M)
        self.settings = dict(found)
        # as deploy/postgres/somabrain.sh does
        self.sql("CREATE DATABASE somabrain", self.settings["POSTGRES_URL"])
        self.psql(self.dsn_of("postgres"), "-f", ROOT / "deploy/postgres/roles.sql")

    def dsn_of(self, role):
        """Where SomaBrain's own database is, for a role."""
        return f"postgres://{role}@127.0.0.1:{self.port('postgres')}/somabrain"

    def port(self, name):
        return int(re.search(r":(\d+)(?:/\w*)?$", self.settings[f"{name.upper()}_URL"])[1])

    def pid(self, name):
        return int((self.folder / f"{name}.pid").read_text())

    def signal(self, name, what):
        os.kill(self.pid(name), getattr(signal, f"SIG{what}"))

    def kill(self, name):
        """Ends a server at once; Postgres by SIGINT, with which its children end too."""
        self.signal(name, "INT" if name == "postgres" else "KILL")
        await_that(f"{name} ends", lambda: not alive(self.pid(name)))
        self.gone.add(name)

    def again(self, name):
        """Starts a server that was killed, on the same port and data. It is nobody's child, for .ci/servers to stop."""
        noted = (self.folder / f"{name}.command").read_text().rstrip("\0")
        start = 'cd / && { "$@" >> "$0" 2>&1 < /dev/null & echo $!; }'
        command = ["setsid", "sh", "-c", start, self.folder / f"{name}.log", *noted.split("\0")]
        pid = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        (self.folder / f"{name}.pid").write_text(pid)
        self.gone.discard(name)
        await_that(f"{name} takes connections", lambda: not socket.socket().connect_ex(("127.0.0.1", self.port(name))))

    def psql(self, url, *arguments):
        command = [f"{POSTGRES_BIN}/psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", url, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def sql(self, query, url=None):
        """Runs a query as the owner of the tables, or whoever a URL says."""
        return self.psql(url or self.dsn_of("somabrain_owner"), "-c", query)

    def kafka_tool(self, tool, *arguments, **options):
        """Runs one of Kafka's tools by its class."""
        jars = f"{self.folder}/programs/kafka/*"
        command = ["java", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", jars, f"org.apache.kafka.tools.{tool}", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout

    def stop(self):
        for name in list(self.gone):
            self.again(name)
        subprocess.run([ROOT / ".ci/servers", "stop", self.folder], check=True)


class Stack:
    """Everything; a context that ends what it started."""

    def __init__(self, folder, program, settings=None):
        self.folder, self.program = Path(folder), Path(program).resolve()
        self.servers = Servers(self.folder / "servers")
        self.port, self.memory_port = free_ports(2)
        self.url, self.memory_url = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{self.memory_port}"
        self.more = settings or {}
        self.processes = []

    def __enter__(self):
        self.folder.chmod(0o755)
        try:
            self.servers.start()
            self.begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.stop()
        self.servers.stop()

    def begin(self):
        for topic in TOPICS:
            self.servers.kafka_tool(
                "TopicCommand",
                "--bootstrap-server",
                self.servers.settings["KAFKA_URL"],
                "--create",
                "--topic",
                topic,
                "--partitions",
                "3",
            )
        port = {"SOMABRAIN_PORT": str(self.memory_port), "SOMABRAIN_DATA_DIR": str(self.folder / "memory")}
        self.memory = self.launch("memory-service", "memory-service", {**self.environment(), **port})
        await_that("the memory service serves", lambda: fetch(f"{self.memory_url}/livez")[0] == 200)
        self.replica = self.launch("somabrain", "serve", self.environment())
        await_that("the replica is healthy", self.healthy)

    def launch(self, name, command, environment):
        process = Process(name, [self.program, command], self.folder / f"{name}.log", environment)
        process.start()
        self.processes.append(process)
        return process

    def environment(self):
        """The settings of a replica, and nothing else."""
        of = self.servers.settings
        return {
            "PATH": os.environ["PATH"],
            "SOMABRAIN_MODE": "production",
            "SOMABRAIN_PROFILE": "networked",
            "SOMABRAIN_PORT": str(self.port),
            "SOMABRAIN_POSTGRES_DSN": self.servers.dsn_of("somabrain"),
            "SOMABRAIN_POSTGRES_MIGRATION_DSN": self.servers.dsn_of("somabrain_owner"),
            "SOMABRAIN_REDIS_URL": of["REDIS_URL"],
            "SOMABRAIN_KAFKA_BOOTSTRAP": of["KAFKA_URL"],
            "SOMABRAIN_OPA_URL": of["OPA_URL"],
            "SOMABRAIN_MEMORY_HTTP_ENDPOINT": self.memory_url,
            "SOMABRAIN_MEMORY_HTTP_TOKEN": SECRET,
            "SOMABRAIN_JWT_SECRET": SECRET,
            "SOMABRAIN_AUDIT_KEY": SECRET,
            **self.more,
        }

    def healthy(self):
        return fetch(f"{self.url}/health")[0] == 200

    def run(self, *arguments):
        """Runs a command of the program with the settings of a replica; answers what it printed."""
        command = [self.program, *arguments]
        return subprocess.run(command, env=self.environment(), check=True, capture_output=True, text=True).stdout.strip()

    def token(self, tenant="acme", *roles):
        """A bearer token."""
        roles = [part for role in roles or ("writer", "planner") for part in ("--role", role)]
        return self.run("token", "--tenant", tenant, *roles)
