"""Run a command as an ordinary user, also where the tests run as root.

Root's interpreter and checkout often lie in a folder that others may not enter. In a mount
namespace of its own, such a folder is covered by an empty one that holds nothing else.
"""

import os
import shlex
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_USER = "54321"
_NEEDED = (sys.base_prefix, sys.prefix, str(Path(__file__).resolve().parents[3]))


def run_as_ordinary_user(command: Sequence[str], scratch: Path) -> subprocess.CompletedProcess[str]:
    """Run ``command`` with all privileges gone for good; ``scratch`` may hold its files."""
    if os.geteuid() == 0:
        home = scratch / "home"
        home.mkdir()
        os.chown(home, int(_USER), int(_USER))
        bare = ["setpriv", "--reuid", _USER, "--regid", _USER, "--clear-groups"]
        bare += ["--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
        prepared = [*_open_way(scratch), f"cd {home}", shlex.join(["exec", *bare, *command])]
        command = ["unshare", "--mount", "sh", "-ec", "\n".join(prepared)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def _open_way(scratch: Path) -> list[str]:
    """The commands that let everybody reach the interpreter and the checkout, and nothing more."""
    lines, covers = [], dict[str, None]()
    needed = {str(Path(folder).resolve()) for folder in _NEEDED} | {str(scratch)}
    for number, folder in enumerate(sorted(needed)):
        closed = [parent for parent in reversed(Path(folder).parents) if not _may_enter(parent)]
        if closed:
            covers[str(closed[0])] = None
            hold = f"/run/hold{number}"
            lines += [f"mkdir -p {hold}", f"mount --bind {shlex.quote(folder)} {hold}"]
    held = [line.split()[2:] for line in lines if line.startswith("mount")]
    lines = ["mount -t tmpfs -o mode=755 tmpfs /run", *lines]
    lines += [f"mount -t tmpfs -o mode=755 tmpfs {shlex.quote(cover)}" for cover in covers]
    for folder, hold in held:
        lines += [f"mkdir -p {folder}", f"mount --bind {hold} {folder}"]
    return lines


def _may_enter(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)
