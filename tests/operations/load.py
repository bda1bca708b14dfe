"""Requests at an even rate, whatever the answers are."""

import json
import threading
import time
from collections import Counter

from stack import fetch

# Enough for every request of the longest time that a replica waits for a server.
CALLERS = 60


class Load:
    """So many requests a second of one replica until the context ends; one in four stores. `rate` may be changed."""

    def __init__(self, url, token, rate):
        self.url, self.token, self.rate = url, token, rate
        self.answered, self.number, self.over = Counter(), 0, threading.Event()
        self.next, self.lock = time.monotonic(), threading.Lock()

    def __enter__(self):
        self.callers = [threading.Thread(target=self.call) for _ in range(CALLERS)]
        for caller in self.callers:
            caller.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for caller in self.callers:
            caller.join()

    def turn(self):
        """The number of the next request and when it is due; none while the rate is 0."""
        with self.lock:
            now = time.monotonic()
            if not self.rate:
                self.next = now
                return None, now + 0.1
            # after a pause it goes on, it does not catch up
            self.next = max(self.next + 1 / self.rate, now)
            self.number += 1
            return self.number, self.next

    def call(self):
        while not self.over.is_set():
            number, due = self.turn()
            self.over.wait(max(0.0, due - time.monotonic()))
            if number is None or self.over.is_set():
                continue
            if number % 4:
                path, body = "/recall", {"query": f"where is kettle {number}?", "k": 3}
            else:
                path, body = "/remember", {"content": f"kettle {number} stands on shelf {number % 7}"}
            status, _ = fetch(self.url + path, json.dumps(body), self.token)
            self.answered[path, status] += 1
