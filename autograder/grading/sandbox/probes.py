"""What is tried inside a sandbox before it is trusted: small cells that set ``holds``.

The grader puts there ``port`` and ``abstract``, a port and an abstract socket that it listens on;
``secrets``, files that it can read; ``memory`` and ``scratch``, the bytes that a submission may
take of each.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PROBES", "Probe"]


@dataclass(frozen=True)
class Probe:
    """A cell, and what it shows when it holds."""

    name: str
    claim: str
    source: str


PROBES = (
    Probe(
        "user",
        "a submission is nobody: no root, no groups",
        "import os\nholds = 0 not in os.getresuid() + os.getresgid() and 0 not in os.getgroups()",
    ),
    Probe(
        "privileges",
        "it has no capability and cannot get one",
        """
with open("/proc/self/status") as file:
    status = dict(line.rstrip().split(":", 1) for line in file)
holds = not any(int(status[f"Cap{kind}"], 16) for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb"))
holds = holds and status["NoNewPrivs"].strip() == "1" and status["Seccomp"].strip() == "2"
""",
    ),
    Probe(
        "network",
        "it reaches no network and no socket of another process",
        """
import socket

def reached(family, address):
    with socket.socket(family) as end:
        end.settimeout(2)
        try:
            end.connect(address)
        except OSError:
            return False
        return True

holds = not (
    reached(socket.AF_INET, ("127.0.0.1", port))
    or reached(socket.AF_UNIX, "\\0" + abstract)
    or reached(socket.AF_INET, ("192.0.2.1", 80))
)
with open("/proc/net/dev") as file:
    holds = holds and [line.split(":")[0].strip() for line in file][2:] in ([], ["lo"])
""",
    ),
    Probe(
        "files",
        "it sees no files but the system's programs and the packages",
        """
import os

def visible(path):
    try:
        os.lstat(path)
    except OSError:
        return False
    return True

holds = not any(visible(path) for path in secrets)
""",
    ),
    Probe(
        "writing",
        "it writes nowhere but to a small scratch space",
        """
import os

def written(folder):
    path = os.path.join(folder, "autograder-probe")
    try:
        with open(path, "wb") as file:
            file.write(b"x")
    except OSError:
        return False
    os.remove(path)
    return True

import autograder, sys, torch
packages = [os.path.dirname(module.__file__) for module in (autograder, torch, os)]
folders = ["/", "/usr", "/usr/local", "/etc", "/dev", "/proc", "/course", sys.prefix, *packages]
holds = not any(written(folder) for folder in folders)
full = False
try:
    for number in range(2 * scratch >> 20):
        with open(f"/tmp/autograder-fill{number}", "wb") as file:
            file.write(bytes(1 << 20))
except OSError:
    full = True
for name in os.listdir("/tmp"):
    if name.startswith("autograder-fill"):
        os.remove(f"/tmp/{name}")
holds = holds and full
""",
    ),
    Probe(
        "memory",
        "its memory is limited, however it asks for it",
        """
import ctypes, mmap, os

def had(ask):
    try:
        ask()
    except (MemoryError, OSError):
        return False
    return True

libc = ctypes.CDLL(None)
holds = not (
    had(lambda: bytearray(2 * memory))
    or had(lambda: mmap.mmap(-1, 2 * memory))
    or had(lambda: os.memfd_create("probe"))
    or libc.shmget(0, 4096, 0o1600) >= 0
)
""",
    ),
    Probe(
        "processes",
        "the number of its processes is limited, and it sees no others",
        """
import os, signal

seen = [name for name in os.listdir("/proc") if name.isdigit()]
children = []
try:
    while len(children) < 200:  # a program of its own each: a fork of this one takes longer
        children.append(os.posix_spawn("/bin/sleep", ["sleep", "60"], {}))
except OSError:
    pass
for child in children:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
holds = len(seen) <= 2 and 0 < len(children) < 100
""",
    ),
    Probe(
        "system calls",
        "it makes no namespaces, mounts nothing, traces nobody",
        """
import ctypes

libc = ctypes.CDLL(None)
holds = all(
    result < 0
    for result in (
        libc.unshare(0x10000000),
        libc.unshare(0x00020000),
        libc.mount(b"tmpfs", b"/tmp", b"tmpfs", 0, None),
        libc.ptrace(16, 1, None, None),
    )
)
""",
    ),
    Probe(
        "programs",
        "programs and terminals that notebooks use work",
        """
import os, pty, subprocess, tempfile

first, second = pty.openpty()
os.close(first)
os.close(second)
with tempfile.TemporaryFile() as file:
    file.write(b"x")
holds = subprocess.run(["true"]).returncode == 0
""",
    ),
)
