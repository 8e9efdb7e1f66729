"""Why a sandbox cannot be had on this machine, and what mends it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from autograder.grading.sandbox.seccomp import UnknownMachine, filter_program

__all__ = ["INSTALL", "explain", "lack"]

INSTALL = "apt-get install bubblewrap"
_ELSEWHERE = (
    "grade on Linux (a virtual machine or WSL 2 will do), or give '--sandbox none' for notebooks "
    "that you trust like your own"
)


def lack(root: Path = Path("/")) -> str | None:
    """One sentence on the first thing that is known to keep bubblewrap from working; else None.

    ``root`` is where to look for the kernel's settings.
    """
    if not sys.platform.startswith("linux"):
        return f"the sandbox needs Linux: {_ELSEWHERE}"
    try:
        filter_program()
    except UnknownMachine as error:
        return f"{error}: {_ELSEWHERE}"
    if shutil.which("bwrap") is None:
        return (
            "grading needs bubblewrap, which keeps a submission's code away from everything else: "
            f"install it (on Debian and Ubuntu: '{_sudo()}{INSTALL}')"
        )
    if _setting(root, "proc/sys/user/max_user_namespaces") == "0" and os.geteuid() != 0:
        return (
            "user namespaces are switched off, and bubblewrap needs them: "
            "'sudo sysctl user.max_user_namespaces=15000' switches them on"
        )
    if _setting(root, "proc/sys/kernel/unprivileged_userns_clone") == "0" and os.geteuid() != 0:
        return (
            "user namespaces are for root only here, and bubblewrap needs them: "
            "'sudo sysctl kernel.unprivileged_userns_clone=1' opens them"
        )
    return None


def explain(said: str, root: Path = Path("/")) -> str:
    """One sentence for a sandbox that failed although nothing known is lacking."""
    told = said.strip().splitlines()[-1] if said.strip() else "it gave no reason"
    if _setting(root, "proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1":
        return (
            f"the sandbox could not be set up ({told}): AppArmor restricts user namespaces here, "
            "and 'sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0' lifts that until "
            "the next start"
        )
    if _in_container(root):
        return (
            f"the sandbox could not be set up ({told}): this container may make no namespaces; "
            "start it with '--cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt "
            "apparmor=unconfined --security-opt systempaths=unconfined' (Docker), or "
            f"{_ELSEWHERE}"
        )
    return f"the sandbox could not be set up ({told}): {_ELSEWHERE}"


def _sudo() -> str:
    return "" if os.geteuid() == 0 else "sudo "


def _setting(root: Path, name: str) -> str:
    try:
        return (root / name).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _in_container(root: Path) -> bool:
    return (root / ".dockerenv").exists() or (root / "run/.containerenv").exists()
