"""What every client's cases share: the gateway's address, the models asked, and a runner that prints one
line a case.

A case is a function whose name is what it promises. A script ends with `run("package", ...)`, which runs
the cases of the script in order and exits with 1 if one failed.
"""

import base64
import faulthandler
import os
import struct
import sys
import time
import traceback
import zlib
from importlib.metadata import version

# The gateway, without a path: `http://127.0.0.1:PORT`.
GATEWAY = os.environ["SWITCHBOARD_GATEWAY"]
# The folder with the history of the program that serves it.
DATA = os.environ["SWITCHBOARD_TEST_DATA"]
# Seconds a client waits for a reply, and seconds after which a case counts as hanging.
WAIT, HANGS = 20, 60
# Simulated providers, one for each wire format that providers speak.
PROVIDERS = ["sandbox", "sandbox-responses", "sandbox-anthropic", "sandbox-gemini"]
KEY = "no-key-was-made"
# It looks like a key of this gateway and is none.
UNKNOWN = "sbk_made-by-nobody-00000000000000000000"
QUESTION = "Why is the sky blue?"

_cases = []


def model(options="", provider="sandbox"):
    """Returns a simulated model that answers at once and always the same, with more options."""
    return f"{provider}/steady?ttft=0&tps=max&tokens=30&seed=7" + (f"&{options}" if options else "")


def paced(provider="sandbox"):
    """As model(), at a speed at which its pieces arrive apart: what arrives together is passed on together."""
    return f"{provider}/steady?ttft=0&tps=200&tokens=30&seed=7"


# A stream that goes on for about a minute unless somebody stops it.
LONG = "sandbox/steady?ttft=0&tps=40&tokens=2400&seed=7"
# The provider's stream is cut after a few words, every time.
CUT = model("tokens=80&fault=cut&after=9")
# It is cut once; the second answer is whole. The seed must differ from case to case: the simulator counts
# by it.
def cut_once(seed):
    return f"sandbox/steady?ttft=0&tps=max&tokens=80&fault=cut-once&after=9&seed={seed}"


def case(promise):
    """Makes a function a case of this script."""
    _cases.append(promise)
    return promise


def raises(kind, act):
    """Returns the error of exactly that type that `act` ends with."""
    try:
        answer = act()
    except Exception as error:
        assert type(error) is kind, f"{type(error).__name__} and not {kind.__name__}: {error}"
        return error
    raise AssertionError(f"no {kind.__name__} but {answer!r}")


def breaks(kind, act):
    """Returns the error that `act` ends with, of that type (or one of those) or a subtype."""
    try:
        read = act()
    except kind as error:
        return error
    raise AssertionError(f"no error, as if the answer were whole: {read!r}")


def png(red, green, blue):
    """Returns a PNG of 2 x 2 pixels of one colour."""
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = (b"\0" + bytes([red, green, blue]) * 2) * 2
    header = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


PNG = base64.b64encode(png(255, 0, 0)).decode()


def ended(call_id, within=5.0):
    """Returns how history says that a call ended: `ok`, `failed` or `cancelled`."""
    import sqlite3
    import uuid

    history = os.path.join(DATA, "history.sqlite")
    status, until = None, time.monotonic() + within
    while time.monotonic() < until:
        with sqlite3.connect(f"file:{history}?mode=ro", uri=True) as database:
            row = database.execute("select status from calls where id = ?", [uuid.UUID(call_id).bytes])
            status = (row.fetchone() or [None])[0]
        if status not in (None, "running"):
            return status
        time.sleep(0.05)
    raise AssertionError(f"after {within} s the call is {status or 'not in the history'}")


def run(*packages):
    """Runs the cases; prints a line for each, and the sum as the task runner counts it."""
    clients = ", ".join(f"{package} {version(package)}" for package in packages)
    python = ".".join(map(str, sys.version_info[:3]))
    print(f"\n{clients} (Python {python})", flush=True)
    passed = failed = 0
    for promise in _cases:
        name = promise.__name__.replace("_", " ")
        faulthandler.dump_traceback_later(HANGS, exit=True)
        began = time.monotonic()
        try:
            promise()
        except Exception:
            failed += 1
            print(f"  FAILED  {name}\n{traceback.format_exc()}", flush=True)
        else:
            passed += 1
            print(f"  ok      {name} ({time.monotonic() - began:.2f} s)", flush=True)
        finally:
            faulthandler.cancel_dump_traceback_later()
    word = "ok" if failed == 0 and passed > 0 else "FAILED"
    print(f"test result: {word}. {passed} passed; {failed} failed", flush=True)
    sys.exit(0 if word == "ok" else 1)
