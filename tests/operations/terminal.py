"""An operator's terminal: commands run as they are typed, and the cluster's names lead to the stack of this machine.

Programs stand first in PATH that add to a command where a name leads to, and change nothing else in it. The documents say
https: a proxy in front of the replica and the memory service speaks it, with a certificate of a throw-away authority. What
`kubectl logs` and `kubectl exec` would do in the cluster is done with the processes here; every other kubectl command is for
.ci/kubernetes.
"""

import os
import shlex
import socket
import ssl
import subprocess
import threading
from pathlib import Path

from stack import POSTGRES_BIN, ROOT

API, MEMORY = "api.somabrain.company.com", "memory.somabrain.company.com"
CLUSTER = "somabrain-prod.svc.cluster.local"
KAFKA_TOOLS = {
    "kafka-topics.sh": "org.apache.kafka.tools.TopicCommand",
    "kafka-console-consumer.sh": "org.apache.kafka.tools.consumer.ConsoleConsumer",
    "kafka-consumer-groups.sh": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
    "kafka-get-offsets.sh": "org.apache.kafka.tools.GetOffsetShell",
    "kafka-configs.sh": "kafka.admin.ConfigCommand",
}

REDIS_CLI = """#!/usr/bin/env bash
# the host as it is typed becomes the address here
arguments=()
for argument in "$@"; do
  if [ "$argument" = redis.{cluster} ]; then arguments+=(127.0.0.1 -p {port}); else arguments+=("$argument"); fi
done
exec {program} "${{arguments[@]}}"
"""

KUBECTL = """#!/usr/bin/env bash
# In the cluster's place: the log of the process, and the program with its settings.
all="$*"
case $all in
  "logs deployment/somabrain -n somabrain-prod"*) exec cat {log} ;;
  "logs deployment/opa -n somabrain-prod"*) exec cat {opa_log} ;;
  "logs statefulset/memory-service -n somabrain-prod"*) exec cat {memory_log} ;;
  "get configmap somabrain-config -n somabrain-prod -o jsonpath={{.data."*"}}")
    name=${{all##*.data.}}
    exec printenv "${{name%\\}}}}" ;;
  "exec deployment/somabrain -n somabrain-prod -- /somabrain "* | "exec -it deployment/somabrain -n somabrain-prod -- /somabrain "*)
    while [ "$1" != /somabrain ]; do shift; done
    shift
    exec somabrain "$@" ;;
  "exec operator -c "*" -n somabrain-prod -- "* | "exec -it operator -c "*" -n somabrain-prod -- "*)
    while [ "$1" != -- ]; do shift; done
    shift
    exec "$@" ;;
  *) echo "kubectl $all: for an API server" >&2; exit 99 ;;
esac
"""


class Proxy:
    """Ends TLS and passes what it hears to a port and back."""

    def __init__(self, context, port):
        self.context, self.to = context, port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            with (
                self.context.wrap_socket(connection, server_side=True) as near,
                socket.create_connection(("127.0.0.1", self.to)) as far,
            ):
                back = threading.Thread(target=pump, args=(far, near), daemon=True)
                back.start()
                pump(near, far)
                back.join()
        except OSError:
            # whoever asked has gone, or found nobody: they see it for themselves
            connection.close()


def pump(source, target):
    """Passes bytes on until there are no more."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def certificate(folder):
    """An authority and a certificate of it for the names in the documents."""
    run = {"check": True, "capture_output": True, "cwd": folder}
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"]
    subprocess.run(["openssl", "req", "-x509", *key, "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem"], **run)
    names = ["-subj", f"/CN={API}", "-addext", f"subjectAltName=DNS:{API},DNS:{MEMORY}"]
    subprocess.run(
        ["openssl", "req", "-x509", *key, *names, "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "key.pem", "-out", "own.pem"],
        **run,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "own.pem", folder / "key.pem")
    return context


class Terminal:
    """Runs commands one after another, as in one session: what one exports the next one sees."""

    def __init__(self, stack, folder, exported):
        self.stack, self.folder = stack, Path(folder)
        self.folder.mkdir()
        (self.folder / "bin").mkdir()
        # commands name files of the repository, and write beside them
        self.place = self.folder / "repository"
        self.place.mkdir()
        for name in ("deploy", "scripts"):
            (self.place / name).symlink_to(ROOT / name)
        (self.folder / "state").write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in exported.items()))
        self.write_programs()

    def write(self, name, text):
        path = self.folder / "bin" / name
        path.write_text(text)
        path.chmod(0o755)

    def write_programs(self):
        stack, servers = self.stack, self.stack.servers
        context = certificate(self.folder)
        api, memory = Proxy(context, stack.port), Proxy(context, stack.memory_port)
        lead = [f"{API}:443:127.0.0.1:{api.port}", f"{MEMORY}:443:127.0.0.1:{memory.port}"]
        lead += [f"opa.{CLUSTER}:8181:127.0.0.1:{servers.port('opa')}"]
        to = " ".join(f"--connect-to {one}" for one in lead)
        self.write("curl", f'#!/bin/sh\nexec /usr/bin/curl --cacert {self.folder}/ca.pem {to} "$@"\n')
        self.write("redis-cli", REDIS_CLI.format(cluster=CLUSTER, port=servers.port("redis"), program="/usr/bin/redis-cli"))
        self.write("psql", f'#!/bin/sh\nPGHOSTADDR=127.0.0.1 PGPORT={servers.port("postgres")} exec {POSTGRES_BIN}/psql "$@"\n')
        logs = {"log": stack.replica.log, "memory_log": stack.memory.log, "opa_log": servers.folder / "opa.log"}
        self.write("kubectl", KUBECTL.format(**logs))
        settings = "\n".join(
            f"export {name}={shlex.quote(value)}" for name, value in stack.environment().items() if name != "PATH"
        )
        (self.folder / "settings").write_text(settings + "\n")
        self.write("somabrain", f'#!/bin/sh\n. {self.folder}/settings\nexec {stack.program} "$@"\n')
        jars = f"{servers.folder}/programs/kafka/*"
        for name, tool in KAFKA_TOOLS.items():
            java = f'exec java -Xmx128m -XX:TieredStopAtLevel=1 -cp "{jars}" {tool} "$@"'
            self.write(name, f"#!/bin/sh\n{java}\n")

    def run(self, command, timeout):
        """Exit code, and what it said on both outputs."""
        state = self.folder / "state"
        script = f". {state}\n{command}\ncode=$?\nexport -p > {state}\nexit $code"
        path = f"{self.folder}/bin:{os.environ['PATH']}"
        environment = {"PATH": path, "HOME": os.environ.get("HOME", "/"), "LC_ALL": "C.UTF-8"}
        environment["SOMABRAIN_KAFKA_BOOTSTRAP"] = self.stack.servers.settings["KAFKA_URL"]
        environment["SOMABRAIN_URL"] = self.stack.url
        shell = ["bash", "-o", "pipefail", "-c", script]
        done = subprocess.run(
            shell,
            cwd=self.place,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
        )
        return done.returncode, done.stdout
