"""Runs every command of the operators' runbooks as it is typed, on a running service.

    .ci/runbook [PROGRAM]    the program is target/debug/somabrain where none is named

The documents are the customer's, as it is, and ours. cases.toml says of each command what it is to print; a command without a
case fails, and so does a case without a command. What needs an API server is left to .ci/kubernetes, and is not counted as
passed here. Beside the commands: answers in JSON are like those that the service gives, metrics and endpoints that a
document names exist, every metric and every setting is described, and no link leads nowhere.
"""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

from documents import Document, broken_links, unlike
from stack import ROOT, Stack, await_that, fetch
from terminal import Terminal

HERE = Path(__file__).parent
CUSTOMERS = HERE / "customer/somabrain-api-runbook.md"
CUSTOMERS_SHA256 = "3850f061b3853c6003e8d6d3f5308b65811911c65565732f909128f0e0eec400"
MONITORING = ROOT / "docs/monitoring.md"
SETTINGS = ROOT / "docs/settings.md"
# Seconds that a command may take; those of Kafka start a JVM.
LIMIT = 120


def say(good, where, what, why=""):
    """One line a check; answers whether it was good."""
    print(f"{'ok    ' if good else 'FAILED'} {where:32} {what}", flush=True)
    if not good:
        print("       " + why.strip().replace("\n", "\n       "), flush=True)
    return good


def cases():
    """What is expected of each command, by its text on one line."""
    listed = tomllib.loads((HERE / "cases.toml").read_text())["case"]
    by_command = {case["command"]: case for case in listed}
    assert len(by_command) == len(listed), "no command has two cases"
    return by_command


def prepare(stack, token):
    """What an operator would find in a service that has been used: memories, a backup, a refused token, a damaged matrix, an outage."""
    for content in ("known_test_memory is about the blue pot", "validation_test was stored before the backup"):
        status, answer = fetch(f"{stack.url}/remember", json.dumps({"content": content}), token)
        assert status == 201, answer
    back_up(stack)
    assert fetch(f"{stack.url}/recall", "{}", "no.jwt.token")[0] == 401
    await_that("the matrix is written", lambda: stack.servers.sql("SELECT observations FROM density") == "2")
    stack.servers.sql("UPDATE density SET packed = overlay(packed PLACING '\\xffffffffffffffff' FROM 1)")
    assert fetch(f"{stack.url}/remember", '{"content": "one more"}', token)[0] == 201
    damaged = "\nsomabrain_density_trace_error_total 1\n"
    await_that("the damage is found", lambda: damaged in fetch(f"{stack.url}/metrics")[1])
    stack.servers.kill("redis")
    assert fetch(f"{stack.url}/health")[0] == 503
    stack.servers.again("redis")
    await_that("the replica is healthy again", stack.healthy)
    # every command of Redis is slow from now on
    subprocess.run(
        ["redis-cli", "-p", str(stack.servers.port("redis")), "CONFIG", "SET", "slowlog-log-slower-than", "0"],
        check=True,
        capture_output=True,
    )
    assert fetch(f"{stack.url}/recall", '{"query": "the blue pot", "k": 3}', token)[0] == 200


def back_up(stack):
    """A backup that is as if it were two hours old, for the restore of what was there an hour ago."""
    stack.run("backup", "create")
    place = Path(stack.more["SOMABRAIN_BACKUP_DIR"]) / "somabrain"
    (made,) = (folder for folder in place.iterdir() if re.fullmatch(r"\d{8}_\d{6}", folder.name))
    made.rename(place / time.strftime("%Y%m%d_%H%M%S", time.gmtime(time.time() - 7200)))


def run_commands(document, terminal, expected, unused):
    """Runs the commands of a document; answers whether each passed."""
    passed = []
    for command in document.commands:
        where = f"{document.path.name}:{command.line}"
        if command.is_for_kubernetes():
            print(f"left   {where:32} {command.short}", flush=True)
            continue
        case = expected.get(command.short)
        if case is None:
            passed.append(say(False, where, command.short, "a new command without a case: add one to cases.toml"))
            continue
        unused.discard(command.short)
        try:
            code, said = terminal.run(command.text, LIMIT)
        except subprocess.TimeoutExpired:
            passed.append(say(False, where, command.short, f"it did not end within {LIMIT} s"))
            continue
        good = code == case.get("code", 0) and re.search(case["prints"], said) is not None
        why = f"exit code {code}, expected {case.get('code', 0)}; does not print {case['prints']}:\n{said}"
        passed.append(say(good, where, command.short, why))
    return passed


def health_is_as_shown(document, stack):
    """The healthy answer now, the degraded one while what it shows as unhealthy is away."""
    passed = []
    for sample in document.samples:
        ill = [name for name, of in sample.value["components"].items() if of["status"] != "healthy"]
        for name in ill:
            stack.servers.kill(name)
        status, text = fetch(f"{stack.url}/health")
        for name in ill:
            stack.servers.again(name)
        await_that("the replica is healthy again", stack.healthy)
        answer, named = json.loads(text), int(re.search(r"\b(\d{3})\b", sample.title)[1])
        found = unlike(sample.value, answer)
        found += [
            f"{key} is {answer[key]}"
            for key in ("status", "version", "mode")
            if key in sample.value and answer[key] != sample.value[key]
        ]
        found += [f"the status is {status}"] if status != named else []
        passed.append(
            say(not found, f"{document.path.name}:{sample.line}", f"{sample.title}: /health answers so", f"{found}\n{text}")
        )
    return passed


def endpoints_exist(document, stack, token):
    """Those that a document lists answer, and are there for no other method."""
    bodies = {"/remember": {"content": "an endpoint"}, "/recall": {"query": "an endpoint"}, "/plan": {"goal": "an endpoint"}}
    passed = []
    for method, path in document.endpoints():
        body = json.dumps(bodies[path]) if method == "POST" else None
        status, text = fetch(stack.url + path, body, token, method=method)
        other = fetch(stack.url + path, token=token, method="PUT")[0]
        passed.append(
            say(
                status in (200, 201) and other == 405,
                document.path.name,
                f"{method} {path} is served",
                f"{status}, PUT {other}: {text}",
            )
        )
    return passed


def metrics_exist(document, header, text):
    """Those in a document's table are in the exposition."""
    missing = [name for name in document.table(header) if not re.search(rf"^{name}(_bucket)?[ {{]", text, re.M)]
    return say(not missing, document.path.name, f"{len(document.table(header))} metrics exist", f"not there: {missing}")


def metrics_are_described(text):
    """Every metric of the service stands in the table of docs/monitoring.md, with its type."""
    rows = [row for row in MONITORING.read_text().splitlines() if row.startswith("| `")]
    wrong = []
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M):
        row = next((row for row in rows if f"`{name}`" in row.split("|")[1]), None)
        if row is None or (name.startswith("somabrain_") and kind not in row.split("|")[2]):
            wrong.append(f"{name} ({kind})")
    return say(not wrong, MONITORING.name, "every metric is described with its type", f"not so: {wrong}")


def settings_are_described(program):
    """Every setting of the program stands in a table of docs/settings.md, and no other does."""
    command = [program, "check-config", "--json"]
    # the environment would say more than the names
    said = subprocess.run(command, check=True, capture_output=True, text=True, env={}, cwd="/").stdout
    served = {setting["name"] for setting in json.loads(said)["settings"]}
    rows = "\n".join(row.split("|")[1] for row in SETTINGS.read_text().splitlines() if row.startswith("| `"))
    listed = set(re.findall(r"`(SOMABRAIN_[A-Z_]+)`", rows))
    # what only commands and the reading of settings know
    listed -= {"SOMABRAIN_CONFIG", "SOMABRAIN_TOKEN", "SOMABRAIN_URL"}
    wrong = sorted(served ^ listed)
    return say(not wrong, SETTINGS.name, f"every one of {len(served)} settings is described", f"not so: {wrong}")


def links_lead_somewhere():
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    broken = [f"{page.relative_to(ROOT)}: {found}" for page in pages for found in broken_links(Document(page))]
    # the customer's page links to pages beside it, which are ours
    broken += [f"{CUSTOMERS.name}: {found}" for found in broken_links(Document(CUSTOMERS), ROOT / "docs/runbooks")]
    return say(not broken, "README.md, docs/", "every link leads somewhere", "\n".join(broken))


def left_to_kubernetes(documents):
    """The commands for an API server; .ci/kubernetes must know all of them."""
    ours = [command.short for document in documents for command in document.commands if command.is_for_kubernetes()]
    theirs = subprocess.run([ROOT / ".ci/kubernetes", "commands"], check=True, capture_output=True, text=True).stdout.splitlines()
    missing = [command for command in ours if command not in theirs]
    return ours, say(not missing, ".ci/kubernetes", f"runs {len(ours)} commands that need an API server", "\n".join(missing))


def check_all(stack, terminal, documents, token):
    expected = cases()
    unused = set(expected)
    commands, checks = [], []
    for document in documents:
        commands += run_commands(document, terminal, expected, unused)
    checks.append(
        say(
            not unused,
            "cases.toml",
            f"{len(expected)} cases, each of a command",
            "no document has:\n" + "\n".join(sorted(unused)),
        )
    )
    exposition = fetch(f"{stack.url}/metrics")[1]
    both = exposition + fetch(f"{stack.memory_url}/metrics")[1]
    customers = documents[0]
    as_it_was = hashlib.sha256(CUSTOMERS.read_bytes()).hexdigest() == CUSTOMERS_SHA256
    checks.append(say(as_it_was, CUSTOMERS.name, "is word for word the customer's", "it was changed"))
    checks.append(metrics_exist(customers, "Metric", exposition))
    checks.append(metrics_exist(Document(MONITORING), "metric", both))
    checks.append(metrics_are_described(both))
    for document in documents:
        checks += endpoints_exist(document, stack, token)
    checks += health_is_as_shown(customers, stack)
    checks.append(settings_are_described(stack.program))
    checks.append(links_lead_somewhere())
    kubernetes, known = left_to_kubernetes(documents)
    return commands, [*checks, known], kubernetes


def main(program):
    began = time.monotonic()
    documents = [Document(path) for path in (CUSTOMERS, *sorted((ROOT / "docs/runbooks").glob("*.md")), MONITORING)]
    with (
        tempfile.TemporaryDirectory(prefix="somabrain-runbook.", dir="/tmp") as folder,
        Stack(folder, program, {"SOMABRAIN_BACKUP_DIR": f"{folder}/backups"}) as stack,
    ):
        tokens = {"TOKEN": stack.token("acme", "admin"), "TEST_TOKEN": stack.token("acme", "reader")}
        tokens["SOMABRAIN_TOKEN"] = tokens["TEST_TOKEN"]
        prepare(stack, tokens["TOKEN"])
        terminal = Terminal(stack, Path(folder) / "terminal", tokens)
        commands, checks, kubernetes = check_all(stack, terminal, documents, tokens["TOKEN"])
    print(f"\nrunbook: of {len(documents)} documents, in {time.monotonic() - began:.0f} s")
    print(
        f"{len(commands)} commands, {sum(commands)} passed, {commands.count(False)} failed, {len(kubernetes)} run by .ci/kubernetes"
    )
    print(f"{len(checks)} other checks, {sum(checks)} passed, {checks.count(False)} failed")
    sys.exit(not all(commands + checks))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/debug/somabrain")
