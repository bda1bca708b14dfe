"""Prometheus and Alertmanager with the configuration that is deployed, its durations shortened, and who is told."""

import http.server
import json
import re
import subprocess
import threading
import time
import urllib.parse
from collections import Counter
from dataclasses import dataclass

from stack import ROOT, Process, await_that, fetch, free_ports

# Every duration is divided by this, and the threshold that is a waiting time.
FACTOR = 30
UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
DURATION = r"(\d+)(ms|s|m|h)\b"
# Where durations stand: ranges and offsets of expressions, and the values of these keys.
PLACES = (
    rf"(?<=\[){DURATION}(?=\])|(?<=offset ){DURATION}|(?<=for: ){DURATION}|(?<=_interval: ){DURATION}|(?<=group_wait: ){DURATION}"
)
WAITED = r"(?<=somabrain_outbox_oldest_seconds\) > )(\d+)"


def shortened(text, changed):
    """The text with every duration divided by FACTOR; what was changed to what is counted in `changed`."""

    def shorter(found):
        number, unit = [part for part in found.groups() if part]
        new = f"{int(number) * UNITS[unit] // FACTOR}ms"
        changed[f"{found[0]} -> {new}"] += 1
        return new

    def sooner(found):
        new = f"{int(found[1]) / FACTOR:g}"
        changed[f"waited {found[1]} s -> {new} s"] += 1
        return new

    return re.sub(WAITED, sooner, re.sub(PLACES, shorter, text))


def skeleton(text):
    """The text without what `shortened` may change."""
    return re.sub(WAITED, "_", re.sub(PLACES, "_", text))


def check(*command):
    """Runs a checking tool, which says what it finds where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise SystemExit(f"alerts: {' '.join(command)}\n{done.stdout}{done.stderr}")


@dataclass(frozen=True)
class Told:
    """One alert of one notification."""

    at: float
    status: str
    labels: dict
    annotations: dict


class Webhook:
    """Whom Alertmanager tells."""

    def __init__(self):
        self.told, self.port = [], free_ports(1)[0]
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                now = time.monotonic()
                hook.told += [Told(now, one["status"], one["labels"], one["annotations"]) for one in body["alerts"]]
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def find(self, status, labels, after):
        """The first notification since a moment of an alert with at least these labels."""
        fits = (
            told
            for told in list(self.told)
            if told.at >= after and told.status == status and labels.items() <= told.labels.items()
        )
        return next(fits, None)


class Monitoring:
    """Prometheus, Alertmanager and the webhook, for a replica and a memory service. A context."""

    def __init__(self, folder, targets):
        self.folder, self.targets, self.webhook = folder, targets, Webhook()
        self.changed, self.processes = Counter(), []

    def __enter__(self):
        prometheus, alertmanager = free_ports(2)
        self.url = f"http://127.0.0.1:{prometheus}"
        self.write(prometheus, alertmanager)
        self.launch(
            "alertmanager",
            *(
                "prometheus-alertmanager",
                f"--config.file={self.folder}/alertmanager.yml",
                f"--storage.path={self.folder}/alertmanager",
            ),
            *(f"--web.listen-address=127.0.0.1:{alertmanager}", "--cluster.listen-address="),
        )
        self.launch(
            "prometheus",
            *("prometheus", f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/prometheus"),
            f"--web.listen-address=127.0.0.1:{prometheus}",
        )
        for name, port in (("alertmanager", alertmanager), ("prometheus", prometheus)):
            await_that(f"{name} is ready", lambda at=port: fetch(f"http://127.0.0.1:{at}/-/ready")[0] == 200)
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.stop()

    def launch(self, name, *command):
        process = Process(name, command, self.folder / f"{name}.log")
        process.start()
        self.processes.append(process)

    def write(self, prometheus, alertmanager):
        """The three files as deployed, with shorter durations, the targets of this machine and the webhook."""
        deployed = {
            name: (ROOT / "deploy" / name).read_text()
            for name in ("prometheus/alerts.yml", "prometheus/prometheus.yml", "alertmanager/alertmanager.yml")
        }
        files = {name.split("/")[1]: shortened(text, self.changed) for name, text in deployed.items()}
        assert skeleton(files["alerts.yml"]) == skeleton(deployed["prometheus/alerts.yml"]), "only durations differ"
        names = (
            r"dns_sd_configs:\n      - names: \[somabrain\]\n        type: A\n        port: 9696\n        refresh_interval: \w+"
        )
        here = f"static_configs:\n      - targets: [{self.targets['somabrain']}]"
        files["prometheus.yml"], found = re.subn(names, here, files["prometheus.yml"])
        assert found == 1, "prometheus.yml finds the replicas by their name"
        moved = {
            "memory-service:9797": self.targets["memory-service"],
            "alertmanager:9093": f"127.0.0.1:{alertmanager}",
            "localhost:9090": f"127.0.0.1:{prometheus}",
        }
        for there, address in moved.items():
            assert there in files["prometheus.yml"], there
            files["prometheus.yml"] = files["prometheus.yml"].replace(there, address)
        receiver = f"  - name: page\n    webhook_configs:\n      - url: http://127.0.0.1:{self.webhook.port}/\n"
        assert files["alertmanager.yml"].count("  - name: page\n") == 1
        files["alertmanager.yml"] = files["alertmanager.yml"].replace("  - name: page\n", receiver)
        for name, text in files.items():
            (self.folder / name).write_text(text)
        check("promtool", "check", "config", str(self.folder / "prometheus.yml"))
        check("amtool", "check-config", str(self.folder / "alertmanager.yml"))

    def firing(self):
        """The labels of every alert that Prometheus says is firing."""
        alerts = json.loads(fetch(f"{self.url}/api/v1/alerts")[1])["data"]["alerts"]
        return [alert["labels"] for alert in alerts if alert["state"] == "firing"]

    def value(self, query):
        """The first value of a query; None where there is none."""
        found = json.loads(fetch(f"{self.url}/api/v1/query?query={urllib.parse.quote(query)}")[1])["data"]["result"]
        return float(found[0]["value"][1]) if found else None
