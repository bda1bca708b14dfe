"""Provokes every alert of deploy/prometheus/alerts.yml on a running SomaBrain, and sees that a webhook is told of it.

    .ci/alerts [PROGRAM]     the program is target/debug/somabrain where none is named

Everything is real: servers, memory service, replica, Prometheus with our rules and Alertmanager with our routes. Only the
durations in the three files are shorter, each by the same factor, and so is the waiting time of the outbox's threshold;
the test prints each. An alert passes if the webhook is told of it by its name, with the labels and annotations that
operators need, after it was provoked and not before, and is told that it is over after what provoked it is taken away.
"""

import json
import re
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from load import Load
from monitoring import FACTOR, Monitoring, check
from stack import ROOT, Stack, await_that, fetch

RATE = 20
# Seconds in which nothing may be told while nothing is wrong: longer than every range and delay but the hour.
QUIET = 25
# Seconds for which Prometheus must have watched before the rate is compared.
HOUR_WATCHED = 65 * 60
LIMIT = 60
ALERTS = ROOT / "deploy/prometheus/alerts.yml"
DIFFERENT = "\\xffffffffffffffff"
# 5.0 beside the diagonal: the trace is as it was, and an eigenvalue far below zero.
INDEFINITE = "\\x0000000000001440"


@dataclass(frozen=True)
class Case:
    """What an alert says, how it is provoked and how that ends."""

    alert: str
    labels: dict
    summary: str
    provoke: str
    recover: str = ""

    @property
    def name(self):
        told = "".join(f" {name}={value}" for name, value in self.labels.items() if name in ("job", "component"))
        return self.alert + told

    @property
    def wanted(self):
        return {"alertname": self.alert, **self.labels}


def cases(replica, memory):
    """All, in an order in which none is there already when it is provoked."""
    here = {"job": "somabrain", "instance": replica}
    warning, critical = {"severity": "warning"}, {"severity": "critical"}
    return [
        Case("SomaBrainDensityTraceErrors", critical | here, f"a density matrix of {replica} lost its trace", "trace_lost"),
        Case(
            "SomaBrainDensityPsdClips", critical | here, f"a density matrix of {replica} had negative eigenvalues", "indefinite"
        ),
        Case(
            "SomaBrainRedisConnectionErrors",
            warning | here,
            rf"{replica} failed [\d.]+ times to reach Redis in a minute",
            "redis_away",
            "redis_back",
        ),
        Case(
            "SomaBrainSlow",
            warning,
            r"one request in twenty takes longer than [\d.]+m?s \(normal: below 100 ms\)",
            "memory_pulses",
            "memory_steady",
        ),
        Case("SomaBrainOutboxOld", warning, r"the oldest undelivered entry has waited \d.*s", "memory_hangs"),
        # told though the alert before is about the same outage, and that one though this one is told
        Case(
            "SomaBrainDown",
            critical | {"job": "memory-service", "instance": memory},
            f"memory-service {memory} does not answer",
            "nothing_more",
            "memory_goes_on",
        ),
        Case("SomaBrainMemoryOperationErrors", critical, r"[\d.]+% of memory operations fail", "postgres_away", "postgres_back"),
        Case(
            "SomaBrainBreakerOpen",
            critical | here | {"component": "opa"},
            f"{replica} has given up on opa for five minutes",
            "opa_away",
            "opa_back",
        ),
        Case("SomaBrainRequestRateChanged", warning, r"the rate of requests changed by [\d.]+%", "nobody_asks", "many_ask"),
        Case("SomaBrainDown", critical | here, f"somabrain {replica} does not answer", "replica_killed", "replica_again"),
    ]


class Provocations:
    """What goes wrong, and right again."""

    def __init__(self, stack, load, monitoring):
        self.stack, self.load, self.monitoring, self.servers = stack, load, monitoring, stack.servers
        self.steady = threading.Event()

    def nobody_asks(self):
        watched = f'count(up{{job="somabrain"}} offset {HOUR_WATCHED // FACTOR}s)'
        await_that(
            "Prometheus has watched for the hour of the rule", lambda: self.monitoring.value(watched), HOUR_WATCHED // FACTOR
        )
        self.load.rate = 0

    def many_ask(self):
        self.load.rate = RATE

    def remember(self, namespace, content):
        status, answer = fetch(
            f"{self.stack.url}/remember", json.dumps({"content": content, "namespace": namespace}), self.load.token
        )
        assert status == 201, answer

    def damage(self, namespace, number, entry):
        """Damages a matrix under the running replica, which meets it when the next memory is merged."""
        self.remember(namespace, "the first kettle")
        written = f"SELECT observations FROM density WHERE namespace = '{namespace}'"
        await_that("the matrix is written", lambda: self.servers.sql(written) == "1")
        place = 1 + 8 * entry
        self.servers.sql(
            f"UPDATE density SET packed = overlay(packed PLACING '{number}' FROM {place}) WHERE namespace = '{namespace}'"
        )
        self.remember(namespace, "the second kettle")

    def trace_lost(self):
        self.damage("trace", DIFFERENT, 0)

    def indefinite(self):
        self.damage("psd", INDEFINITE, 1)

    def redis_away(self):
        self.servers.kill("redis")
        # the breaker lets one attempt through every few seconds, enough for a minute, not for its thirtieth part; health asks always
        for _ in range(20):
            fetch(f"{self.stack.url}/health")

    def redis_back(self):
        self.servers.again("redis")

    def memory_pulses(self):
        """The memory service answers nothing for most of the time: requests wait, and none gives up, which takes two seconds."""

        def pulse():
            while not self.steady.is_set():
                self.stack.memory.signal("STOP")
                self.steady.wait(1.2)
                self.stack.memory.signal("CONT")
                self.steady.wait(0.3)

        self.pulses = threading.Thread(target=pulse, daemon=True)
        self.pulses.start()

    def memory_steady(self):
        self.steady.set()
        self.pulses.join()

    def memory_hangs(self):
        self.stack.memory.signal("STOP")

    def nothing_more(self):
        pass

    def memory_goes_on(self):
        self.stack.memory.signal("CONT")

    def postgres_away(self):
        self.servers.kill("postgres")

    def postgres_back(self):
        self.servers.again("postgres")

    def opa_away(self):
        self.servers.kill("opa")

    def opa_back(self):
        self.servers.again("opa")

    def replica_killed(self):
        self.stack.replica.kill()

    def replica_again(self):
        self.stack.replica.start()


def fail(said):
    raise SystemExit(f"alerts: {said}")


def check_files(all_cases):
    """The files are valid, the rules pass their own tests, no rule is without a case, and each leads to a heading."""
    check("promtool", "check", "rules", str(ALERTS))
    check("promtool", "test", "rules", "deploy/prometheus/alerts.test.yml")
    for config in ("prometheus", "kubernetes"):
        check("promtool", "check", "config", f"deploy/prometheus/{config}.yml")
    check("amtool", "check-config", "deploy/alertmanager/alertmanager.yml")
    rules = set(re.findall(r"- alert: (\w+)", ALERTS.read_text()))
    if rules != {case.alert for case in all_cases}:
        fail(f"alerts.yml and the cases differ: {sorted(rules ^ {case.alert for case in all_cases})}")
    page = (ROOT / "docs/monitoring.md").read_text()
    for rule in rules:
        if not re.search(rf"^#+ {rule}$", page, re.M):
            fail(f"docs/monitoring.md has no heading {rule}")


def fires(case, provocations, monitoring):
    """Provokes the alert and waits until the webhook is told; answers when it was."""
    held = [labels for labels in monitoring.firing() if case.wanted.items() <= labels.items()]
    # what is provoked by the case before may be there already; it is still to be told
    if held and case.provoke != "nothing_more":
        fail(f"{case.name} fires before it is provoked: {held}")
    since = time.monotonic() if case.provoke != "nothing_more" else 0.0
    getattr(provocations, case.provoke)()
    began = time.monotonic()
    told = await_that(f"the webhook is told of {case.name}", lambda: monitoring.webhook.find("firing", case.wanted, since), LIMIT)
    if not re.fullmatch(case.summary, told.annotations.get("summary", "")):
        fail(f"{case.name} says: {told.annotations}")
    if told.annotations.get("runbook") != f"docs/monitoring.md#{case.alert.lower()}":
        fail(f"{case.name} leads nowhere: {told.annotations}")
    print(f"{case.name:52} told after {max(0.0, told.at - began):5.1f} s: {told.annotations['summary']}", flush=True)
    if case.recover:
        getattr(provocations, case.recover)()
    return told.at


def provoke_all(stack, monitoring, load):
    provocations = Provocations(stack, load, monitoring)
    time.sleep(QUIET)
    if monitoring.webhook.told or monitoring.firing():
        fail(f"while nothing is wrong: {monitoring.webhook.told} {monitoring.firing()}")
    print(f"{'nothing':52} told in {QUIET} s while nothing was wrong", flush=True)
    all_cases = cases(*monitoring.targets.values())
    told = []
    for case in all_cases:
        told.append(fires(case, provocations, monitoring))
        if case.recover:
            await_that("the replica is healthy again", stack.healthy)
    for case, at in zip(all_cases, told, strict=True):
        over = await_that(
            f"the webhook is told that {case.name} is over", lambda: monitoring.webhook.find("resolved", case.wanted, at), LIMIT
        )
        print(f"{case.name:52} over after {over.at - at:5.1f} s", flush=True)
    await_that("nothing fires any more", lambda: not monitoring.firing(), LIMIT)
    return len(all_cases)


def main(program):
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="somabrain-alerts.", dir="/tmp") as folder:
        check_files(cases("", ""))
        with Stack(folder, program, {"SOMABRAIN_RATE_RPS": "0", "SOMABRAIN_LOG": "warn"}) as stack:
            targets = {"somabrain": f"127.0.0.1:{stack.port}", "memory-service": f"127.0.0.1:{stack.memory_port}"}
            with Load(stack.url, stack.token(), RATE) as load, Monitoring(Path(folder), targets) as monitoring:
                print(f"durations are divided by {FACTOR}: {', '.join(sorted(monitoring.changed))}", flush=True)
                try:
                    number = provoke_all(stack, monitoring, load)
                except TimeoutError as late:
                    fail(f"{late}\n  firing: {monitoring.firing()}\n  answered: {dict(load.answered)}")
    print(f"alerts: {number} alerts provoked, told and over, in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/debug/somabrain")
