"""Exports of routes, for the packages they are made for: the program writes them, and a counter between the
package and the simulated providers says what was asked of whom.
"""

import contextlib
import http.client
import http.server
import json
import os
import subprocess
import tempfile
import threading
import time

PROGRAM = os.environ["SWITCHBOARD_PROGRAM"]
SANDBOX = os.path.join(os.path.dirname(PROGRAM), "switchboard-sandbox")
# Variables that the exports read their keys from.
KEYS = {"A_KEY": "key-of-a", "B_KEY": "key-of-b"}
os.environ.update(KEYS)


class Counter(http.server.ThreadingHTTPServer):
    """Passes requests on to the simulated providers and keeps what they were."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Pass)
        self.sandbox = subprocess.Popen(
            [SANDBOX, "--port", "0"], stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL
        )
        # "simulated providers at http://127.0.0.1:PORT (stop with Ctrl-C)"
        address = self.sandbox.stdout.readline().split("//")[1].split()[0].rstrip("/")
        self.upstream = address.split("/")[0]
        self.asked = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def models(self):
        """Returns the models that were asked, in order."""
        return [request["model"] for request in self.asked]

    def end(self):
        self.shutdown()
        self.sandbox.kill()
        self.sandbox.wait()


class Pass(http.server.BaseHTTPRequestHandler):
    """One request on its way through the counter."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        request = json.loads(body)
        key = self.headers.get("authorization") or self.headers.get("x-api-key")
        self.server.asked.append({**request, "at": time.monotonic(), "key": key, "path": self.path})
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=60)
        headers = {"content-type": "application/json", "accept": self.headers.get("accept", "*/*")}
        headers["anthropic-version"] = self.headers.get("anthropic-version", "2023-06-01")
        # A client that gives up is no matter here.
        with contextlib.suppress(OSError, http.client.HTTPException):
            upstream.request("POST", self.path, body, headers)
            reply = upstream.getresponse()
            self.send_response(reply.status)
            for name in ("content-type", "retry-after"):
                if reply.headers.get(name):
                    self.send_header(name, reply.headers[name])
            self.send_header("connection", "close")
            self.end_headers()
            while piece := reply.read1(4096):
                self.wfile.write(piece)
                self.wfile.flush()
        self.close_connection = True
        upstream.close()

    def log_message(self, *_):
        pass


def model(options="", words=5):
    """Returns a simulated model that answers at once, with more options."""
    return f"steady?ttft=0&tps=max&tokens={words}" + (f"&{options}" if options else "")


def providers(url):
    """Returns two providers at the counter: `a` speaks OpenAI's API, `b` Anthropic's."""
    return f"""
[providers.a]
preset = "openai-compatible"
base_url = "{url}/v1"
keys = [{{ name = "ci", from = "env:A_KEY" }}]

[providers.b]
preset = "anthropic-compatible"
base_url = "{url}"
keys = [{{ name = "ci", from = "env:B_KEY" }}]
"""


def export(url, route, to):
    """Has the program write the route `r`, given as the lines below its header; returns its files by name."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "config.toml"), "w") as file:
            file.write(f"{providers(url)}\n[routes.r]\n{route}\n")
        out = os.path.join(folder, "out")
        os.mkdir(out)
        command = [PROGRAM, "--data-dir", folder, "export", "r", "--to", to, "--out", out]
        ran = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert ran.returncode == 0, ran.stderr
        files = {}
        for name in os.listdir(out):
            with open(os.path.join(out, name)) as file:
                files[name] = file.read()
    for key in KEYS.values():
        assert all(key not in text for text in files.values()), "a key is in an export"
    return files
