#!/usr/bin/env python3
"""Whether time tells another tenant's id from an id that nobody has.

    SOMABRAIN_JWT_SECRET=… scripts/bench-foreign-ids.py http://127.0.0.1:9696 [CALLS]

Against a server in production mode without a rate limit. Stores memories of one tenant; then another tenant asks for their ids and
for ids that nobody has, in turn, 2,000 of each; prints the medians of both for each operation that takes an id. The answers
are compared too. Standard library only.
"""
import base64
import hashlib
import hmac
import http.client
import json
import os
import random
import statistics
import sys
import time
import urllib.parse
import uuid

OPERATIONS = [
    ("GET", "/memories/{}", None),
    ("GET", "/memories/{}/versions", None),
    ("PATCH", "/memories/{}", {"importance": 0.5}),
    ("POST", "/memories/{}/links", {"to": "01990000-0000-7000-8000-0000000000a1", "relation": "related"}),
    ("DELETE", "/memories/{}", None),
]


def token(secret, tenant):
    part = lambda said: base64.urlsafe_b64encode(said).rstrip(b"=")
    claims = {"sub": "bench", "tenant": tenant, "roles": ["admin"], "exp": int(time.time()) + 3600}
    said = b".".join(part(json.dumps(one).encode()) for one in ({"alg": "HS256", "typ": "JWT"}, claims))
    return (said + b"." + part(hmac.new(secret.encode(), said, hashlib.sha256).digest())).decode()


class Client:
    def __init__(self, url, secret, tenant):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc)
        self.headers = {"authorization": f"Bearer {token(secret, tenant)}"}

    def ask(self, method, path, body=None):
        """Milliseconds, status and body."""
        body = json.dumps(body) if body is not None else ""
        begin = time.perf_counter()
        self.connection.request(method, path, body, self.headers)
        answer = self.connection.getresponse()
        said = answer.read()
        return (time.perf_counter() - begin) * 1000, answer.status, said


def main():
    url, secret = sys.argv[1], os.environ["SOMABRAIN_JWT_SECRET"]
    calls = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    run = uuid.uuid4().hex[:8]
    owner, other = Client(url, secret, f"owner-{run}"), Client(url, secret, f"other-{run}")
    # Ids of both kinds are made alike, here.
    chance = random.Random(1)
    new_id = lambda: str(uuid.UUID(int=chance.getrandbits(128), version=4))
    foreign = []
    for client in (owner, other):
        for _ in range(20):
            memories = [{"id": new_id(), "content": f"memory {chance.random()}"} for _ in range(100)]
            assert client.ask("POST", "/remember/batch", {"memories": memories})[1] == 201
            if client is owner:
                foreign += memories
    print("| operation | another tenant's id, median ms | unknown id, median ms | ratio | median of the pairs' differences |")
    print("|---|---|---|---|---|")
    for method, path, body in OPERATIONS:
        times = {True: [], False: []}
        for number in range(calls + 50):
            kinds = [True, False]
            chance.shuffle(kinds)
            answers = {}
            for is_foreign in kinds:
                named = foreign[number % len(foreign)]["id"] if is_foreign else new_id()
                took, status, said = other.ask(method, path.format(named), body)
                problem = json.loads(said)
                problem.pop("request_id")
                answers[is_foreign] = (status, json.dumps(problem).replace(named, "ID"))
                if number >= 50:
                    times[is_foreign].append(took)
            assert answers[True] == answers[False] and answers[True][0] == 404, answers
        medians = [statistics.median(times[kind]) for kind in (True, False)]
        apart = statistics.median(one - other for one, other in zip(times[True], times[False])) / medians[1]
        row = "| {} {} | {:.4f} | {:.4f} | {:.3f} | {:+.1%} |"
        print(row.format(method, path.format("{id}"), *medians, medians[0] / medians[1], apart), flush=True)
    owner.connection.close()  # it may have been silent for too long
    assert owner.ask("GET", f"/memories/{foreign[0]['id']}")[1] == 200, "it is still there"


if __name__ == "__main__":
    main()
