"""Runs the product's image as it is deployed, and stops it under load.

    .ci/image      builds the image first

Read-only, without any capability, as nobody; the embedded profile in production mode, with its data on a volume.
"""

import json
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

from stack import SECRET, await_that, fetch

# The program without its debugging information, and the libraries that it names.
LIMIT_MB = 64
# Seconds that a container has to end, as docker-compose.yml says.
GRACE = 40
WRITERS = 16


def docker(*arguments):
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def inspect(what, form):
    return docker("inspect", "--format", form, what)


def ok(said):
    print(f"ok     {said}", flush=True)


def check(holds, said):
    if not holds:
        raise SystemExit(f"image: {said}: not so")
    ok(said)


class Container:
    """One of the image; a context that removes it and its volume."""

    def __init__(self, image):
        self.image, self.name = image, f"somabrain-image-{time.time_ns()}"

    def __enter__(self):
        rights = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
        settings = {
            "SOMABRAIN_MODE": "production",
            "SOMABRAIN_HOST": "0.0.0.0",
            "SOMABRAIN_JWT_SECRET": SECRET,
            "SOMABRAIN_RATE_RPS": "0",
        }
        environment = [part for setting in settings.items() for part in ("--env", "=".join(setting))]
        docker("run", "--detach", "--name", self.name, *rights, *environment, "--volume", f"{self.name}:/data", self.image)
        return self

    def __exit__(self, failed, *_):
        if failed:
            print(docker("logs", "--tail", "20", self.name), file=sys.stderr)
        docker("rm", "--force", "--volumes", self.name)
        docker("volume", "rm", self.name)

    @property
    def url(self):
        """By its own address: a proxy for a published port takes connections that lead nowhere."""
        return f"http://{inspect(self.name, '{{.NetworkSettings.IPAddress}}')}:9696"

    def is_healthy(self):
        return inspect(self.name, "{{.State.Health.Status}}") == "healthy"


def rights(container):
    """What the kernel says of the process, not what was asked for."""
    process = Path("/proc") / inspect(container.name, "{{.State.Pid}}")
    status = dict(re.findall(r"^(\w+):\s+(.*)$", (process / "status").read_text(), re.M))
    check(status["Uid"].split() == ["65532"] * 4 and status["Gid"].split() == ["65532"] * 4, "runs as user and group 65532")
    check(
        all(int(status[f"Cap{one}"], 16) == 0 for one in ("Inh", "Prm", "Eff", "Bnd", "Amb")),
        "has no capability and can get none",
    )
    check(status["NoNewPrivs"] == "1", "can get no new privileges")
    mounts = (process / "mountinfo").read_text()
    root = next(line.split() for line in mounts.splitlines() if line.split()[4] == "/")
    check("ro" in root[5].split(","), "its root is read-only")


class Writers:
    """Callers that store one memory after another until nobody takes a connection any more."""

    def __init__(self, url, token):
        self.url, self.token = url, token
        self.acknowledged, self.refused, self.broken = [], 0, []
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.write, args=(number,)) for number in range(WRITERS)]
        for thread in self.threads:
            thread.start()

    def write(self, writer):
        number = 0
        while True:
            number += 1
            status, text = fetch(
                f"{self.url}/remember", json.dumps({"content": f"kettle {number} of writer {writer}"}), self.token
            )
            with self.lock:
                if status == 201:
                    self.acknowledged.append(json.loads(text)["id"])
                elif status == 0 and "Connection refused" in text:
                    self.refused += 1
                    return
                else:
                    self.broken.append(f"{status} {text[:200]}")
                    return

    def join(self):
        for thread in self.threads:
            thread.join(60)


def stopped_under_load(container, token):
    """Answers the ids of what was acknowledged."""
    writers = Writers(container.url, token)
    await_that("the load is real", lambda: len(writers.acknowledged) >= 10 * WRITERS)
    began, before = time.monotonic(), len(writers.acknowledged)
    docker("stop", "--time", str(GRACE), container.name)
    took = time.monotonic() - began
    writers.join()
    code = inspect(container.name, "{{.State.ExitCode}}")
    during = len(writers.acknowledged) - before
    check(code == "0" and took < GRACE / 2, f"docker stop under load: exit code {code} after {took:.1f} s of {GRACE}")
    check(
        not writers.broken and writers.refused == WRITERS,
        f"every request was answered, {during} while it stopped; then connections were refused {writers.broken or ''}",
    )
    check(during > 0, "requests in flight were finished")
    return writers.acknowledged


def all_are_there(container, token, ids):
    missing = [one for one in ids if fetch(f"{container.url}/memories/{one}", token=token)[0] != 200]
    check(not missing, f"all {len(ids)} acknowledged memories are there after it was started again {missing or ''}")


def main(image):
    began = time.monotonic()
    size = int(inspect(image, "{{.Size}}")) / 1e6
    check(size < LIMIT_MB, f"its size is {size:.1f} MB, below {LIMIT_MB}")
    check(inspect(image, "{{.Config.User}}") == "65532:65532", "its user is 65532")
    with Container(image) as container:
        started = time.monotonic()
        await_that("the container's health", container.is_healthy, 60)
        ok(f"its health check says healthy, {time.monotonic() - started:.0f} s after the start")
        rights(container)
        token = docker("exec", container.name, "/somabrain", "token")
        assert fetch(f"{container.url}/recall", "{}")[0] == 401
        stored = fetch(f"{container.url}/remember", '{"content": "the spare key is under the blue pot"}', token)
        found = fetch(f"{container.url}/recall", '{"query": "where is the spare key?"}', token)
        check(
            stored[0] == 201 and found[0] == 200 and "blue pot" in found[1],
            "remembers and recalls; a call without a token is refused",
        )
        ids = stopped_under_load(container, token)
        docker("start", container.name)
        await_that("it serves again", lambda: fetch(f"{container.url}/readyz")[0] == 200)
        all_are_there(container, token, [json.loads(stored[1])["id"], *ids])
        docker("stop", "--time", str(GRACE), container.name)
        check(inspect(container.name, "{{.State.ExitCode}}") == "0", "stopped again: exit code 0")
    print(f"image: {image} did all of it in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1])
