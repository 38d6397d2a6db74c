"""A small client of `markai serve`, and the memory of its process tree."""

import json
import os
import re
import subprocess
import threading
import time
import urllib.request


class Server:
    """A running `markai-headless serve` with a vault of its own in folder."""

    def __init__(self, binary, folder):
        passphrase = os.path.join(folder, "passphrase")
        with open(passphrase, "w") as f:
            f.write("correct horse battery staple\n")
        self.process = subprocess.Popen(
            [binary, "serve", "--home", os.path.join(folder, "home"), "--passphrase-file", passphrase, "--set", "serve.address=127.0.0.1:0"],
            stdout=subprocess.PIPE,
            text=True,
        )
        for line in self.process.stdout:
            found = re.search(r"(http://[^/\s]+)/\?token=(\S+)", line)
            if found:
                self.base, self.token = found.groups()
                break
        else:
            raise SystemExit("the server ended before it said where it listens")
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        if self.call("GET", "/api/state")["vault"] == "none":
            self.call("POST", "/api/vault", {"passphrase": "correct horse battery staple"})

    def request(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": "Bearer " + self.token, "Content-Type": "application/json"}
        return urllib.request.urlopen(urllib.request.Request(self.base + path, data, headers, method=method), timeout=600)

    def call(self, method, path, body=None):
        with self.request(method, path, body) as response:
            text = response.read()
            return json.loads(text) if text else None

    def ask(self, matter, question):
        """The finished answer to question."""
        with self.request("POST", f"/api/matters/{matter}/ask", {"question": question}) as stream:
            for line in stream:
                if line.startswith(b"data:"):
                    event = json.loads(line[5:])
                    if event["kind"] == "final":
                        return event["final"]
                    if event["kind"] == "error":
                        raise SystemExit("the answer failed: " + event["error"]["message"])
        raise SystemExit("the stream ended without an answer")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Memory:
    """Samples the proportional set size of a process and all below it."""

    def __init__(self, pid):
        self.pid, self.peak, self.running = pid, 0, True
        self.thread = threading.Thread(target=self.sample, daemon=True)
        self.thread.start()

    def sample(self):
        while self.running:
            self.peak = max(self.peak, sum(map(pss, tree(self.pid))))
            time.sleep(0.25)

    def stop(self):
        """The highest sum seen, in bytes."""
        self.running = False
        self.thread.join()
        return self.peak


def tree(root):
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as f:
                    parent = int(f.read().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(name))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, []))
    return found


def pss(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup") as f:
            for line in f:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
