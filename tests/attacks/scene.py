"""What lies around a grader: files that no submission may read or change, processes, memory."""

from __future__ import annotations

import hashlib
import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from autograder.authoring.layout import CHECKOUT
from autograder.stages import STAGES

__all__ = ["PLANTED", "Scene", "descendants", "left_behind", "peak_memory"]

PLANTED = "planted-by-a-submission"  # in the name of every file that an attack leaves
_SECRET = "c0ffee-canary"
_SHARED = ("/tmp", "/var/tmp", "/dev/shm", "/run")


class Scene:
    """A course folder with what is secret in it, a home with keys, and a door that is listened at.

    A context manager; everything is made in ``folder``.
    """

    def __init__(self, folder: Path) -> None:
        self.course, self.home = folder / "course", folder / "home"
        self.submission = self.course / "submitted" / "mallory"
        self._door = socket.create_server(("127.0.0.1", 0))
        self._door.setblocking(False)
        for stage in STAGES:
            self._write(
                self.course / "solutions" / stage / f"{stage}.ipynb",
                CHECKOUT.solution(stage).read_text(encoding="utf-8"),
            )
        (self.course / "nbgrader_config.py").touch()
        (self.course / "bank").mkdir()
        for path in (
            self.course / "gradebook.db",
            self.course / "journal" / "journal.jsonl",
            self.course / "submitted" / "alice" / "01_unrolled" / "01_unrolled.ipynb",
            self.home / ".ssh" / "id_ed25519",
            self.home / ".ipython" / "profile_default" / "startup" / "00.py",
        ):
            self._write(path, f"# {_SECRET} {path.name}\n")
        self._write(self.course / ".autograder" / "secret", "c0ffee00" * 8 + "\n")

    def _write(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o666)  # what keeps a submission out is the sandbox, not the mode

    @property
    def places(self) -> Mapping[str, str]:
        """What the words in the sources of attacks stand for."""
        return {
            "@COURSE@": str(self.course),
            "@HOME@": str(self.home),
            "@CHECKOUT@": str(CHECKOUT.root),
            "@PORT@": str(self._door.getsockname()[1]),
            "@PID@": str(os.getpid()),
            "@PLANTED@": PLANTED,
        }

    def fingerprint(self) -> Mapping[str, str]:
        """A digest of every file that a submission must not change, and what it has planted.

        The submission itself is among them: it is never modified.
        """
        found = {}
        for top in (self.course, self.home):
            for path in sorted(top.rglob("*")):
                if path.is_file() and not path.is_symlink():
                    found[str(path)] = _digest(path)
        for shared in filter(os.path.isdir, _SHARED):
            for path in Path(shared).iterdir():
                if PLANTED in path.name:
                    found[str(path)] = "planted"
        return found

    def leaked(self, text: str) -> bool:
        """Whether something secret is in a text."""
        return _SECRET in text or "c0ffee00" in text

    def visited(self) -> bool:
        """Whether somebody has connected to the door since the last look."""
        try:
            self._door.accept()[0].close()
        except BlockingIOError:
            return False
        return True

    def __enter__(self) -> Scene:
        return self

    def __exit__(self, *_: object) -> None:
        self._door.close()


def _digest(path: Path) -> str:
    with path.open("rb") as file:  # of the first bytes: a sparse file has a terabyte
        return f"{path.stat().st_size} {hashlib.sha256(file.read(1 << 26)).hexdigest()}"


def descendants() -> set[int]:
    """The living processes that descend from this one."""
    family, found = [os.getpid()], set()
    for member in family:
        try:
            for task in Path(f"/proc/{member}/task").iterdir():
                family += map(int, (task / "children").read_text(encoding="ascii").split())
        except OSError:
            continue
    for member in family[1:]:
        try:
            stat = Path(f"/proc/{member}/stat").read_text(encoding="ascii")
        except OSError:
            continue
        if stat.rpartition(")")[2].split()[0] not in "ZX":
            found.add(member)
    return found


def left_behind(before: set[int]) -> set[int]:
    """The processes that have come since ``before`` and stay; the kernel takes its time."""
    for _ in range(100):
        more = descendants() - before
        if not more:
            break
        time.sleep(0.05)
    return more


@contextmanager
def peak_memory() -> Iterator[list[int]]:
    """The largest memory that this process had while in here, above what it had before: bytes."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # begin the peak anew
    begin, peak = _status("VmRSS"), [0]
    try:
        yield peak
    finally:
        peak[0] = max(0, _status("VmHWM") - begin)


def _status(field: str) -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"the kernel does not tell {field}")
