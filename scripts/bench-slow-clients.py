#!/usr/bin/env python3
"""What slow, idle and greedy clients cost everybody else.

    scripts/bench-slow-clients.py [PROGRAM]        # target/release/somabrain

Starts the program on a folder and a port of its own and prints a table: how long a recall takes alone, beside twenty clients
that send a byte every fifth of a second, and beside those and two thousand connections that say nothing; then what becomes of
requests that are too large, and the memory of the process before and after. Standard library only.
"""
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

SLOW, IDLE, ASKED, GREEDY = 20, 2000, 500, 20


def start(program, folder):
    environment = {"SOMABRAIN_DATA_DIR": folder, "SOMABRAIN_PORT": "0", "SOMABRAIN_LOG": "error"}
    server = subprocess.Popen([program], env=environment, stdout=subprocess.PIPE, text=True)
    for line in server.stdout:
        if "http://" in line:
            url = next(word for word in line.split() if word.startswith("http://"))
            threading.Thread(target=server.stdout.read, daemon=True).start()
            return server, urllib.parse.urlsplit(url).netloc
    sys.exit("the server did not start")


def memory(server):
    """Resident memory in MiB."""
    with open(f"/proc/{server.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def connect(address):
    host, port = address.split(":")
    connection = socket.create_connection((host, int(port)))
    connection.settimeout(30)
    return connection


def request(address, path, body):
    return (f"POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {len(body)}\r\n\r\n{body}").encode()


def answer(connection):
    """The status of the next answer, its body read to the end."""
    got = b""
    while b"\r\n\r\n" not in got:
        part = connection.recv(65536)
        if not part:
            return None
        got += part
    head, _, body = got.partition(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
    while len(body) < length:
        body += connection.recv(65536)
    return int(head.split()[1])


def recalls(address):
    """Milliseconds of each of many recalls on one connection: median, 99th percentile, longest."""
    asked, times = request(address, "/recall", json.dumps({"query": "where is the spare key?", "k": 5})), []
    with connect(address) as connection:
        for _ in range(ASKED):
            begin = time.perf_counter()
            connection.sendall(asked)
            status = answer(connection)
            times.append((time.perf_counter() - begin) * 1000)
            assert status == 200, status
    times.sort()
    return times[len(times) // 2], times[len(times) * 99 // 100], times[-1]


def slow(address, number, over):
    """Sends a request byte by byte, again and again: half of them stay in the head, half in the body."""
    text = request(address, "/remember", json.dumps({"content": f"said slowly by {number}"}))
    while not over.is_set():
        with connect(address) as connection:
            at = 0 if number % 2 else text.index(b"\r\n\r\n") + 4
            try:
                connection.sendall(text[:at])
                for byte in text[at:]:
                    if over.wait(0.2):
                        return
                    connection.sendall(bytes([byte]))
                answer(connection)
            except OSError:
                pass  # the server has had enough of it


def refused(address, name, send):
    """The status of a greedy request, `cut` where the connection ended instead."""
    with connect(address) as connection:
        try:
            sent = send(connection)
        except OSError:
            sent = None
        try:
            status = answer(connection)
        except OSError:
            status = None
    return status or "cut", sent


def greedy(address):
    blank = b" " * 65536
    head = f"POST /remember HTTP/1.1\r\nhost: {address}\r\n"

    def large(connection):
        connection.sendall(f"{head}content-length: 10485760\r\n\r\n".encode())
        for _ in range(160):
            connection.sendall(blank)

    def many_headers(connection):
        lines = "".join(f"x-header-{number}: {'v' * 100}\r\n" for number in range(1000))
        connection.sendall(f"{head}{lines}content-length: 2\r\n\r\n{{}}".encode())

    def endless(connection):
        connection.sendall(f"{head}transfer-encoding: chunked\r\n\r\n".encode())
        sent = 0
        while sent < 1 << 30:
            connection.sendall(b"10000\r\n" + blank + b"\r\n")
            sent += len(blank)
        return sent

    yield "a body of 10 MiB", large
    yield "a thousand headers", many_headers
    yield "a chunked body without end", endless


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else "target/release/somabrain"
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 10000), hard))
    with tempfile.TemporaryDirectory() as folder:
        server, address = start(os.path.abspath(program), folder)
        try:
            with connect(address) as connection:
                for number in range(1000):
                    connection.sendall(request(address, "/remember", json.dumps({"content": f"key {number} is in box {number}"})))
                    assert answer(connection) == 201
            recalls(address)
            print("| beside | p50 ms | p99 ms | longest ms | RSS MiB |\n|---|---|---|---|---|")
            row = lambda beside: print("| {} | {:.1f} | {:.1f} | {:.1f} | {:.0f} |".format(beside, *recalls(address), memory(server)))
            row("nobody")
            over = threading.Event()
            clients = [threading.Thread(target=slow, args=(address, number, over)) for number in range(SLOW)]
            for client in clients:
                client.start()
            time.sleep(1)
            row(f"{SLOW} slow clients")
            idle = [connect(address) for _ in range(IDLE)]
            row(f"those and {IDLE} idle connections")
            for connection in idle:
                connection.close()
            over.set()
            for client in clients:
                client.join()
            print(f"\n| {GREEDY} times | answer | RSS MiB before | after |\n|---|---|---|---|")
            for name, send in greedy(address):
                before, answers = memory(server), set()
                for _ in range(GREEDY):
                    status, sent = refused(address, name, send)
                    answers.add(str(status))
                    assert sent is None or sent < 1 << 30, "nobody stopped it"
                print(f"| {name} | {', '.join(sorted(answers))} | {before:.0f} | {memory(server):.0f} |")
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
