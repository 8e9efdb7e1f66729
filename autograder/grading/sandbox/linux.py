"""The system calls that Python has no function for, by way of the C library."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

__all__ = [
    "CLONE_NEWIPC",
    "CLONE_NEWNET",
    "CLONE_NEWNS",
    "CLONE_NEWPID",
    "CLONE_NEWUSER",
    "CLONE_NEWUTS",
    "MS_BIND",
    "MS_NODEV",
    "MS_NOEXEC",
    "MS_NOSUID",
    "MS_PRIVATE",
    "MS_RDONLY",
    "MS_REC",
    "MS_REMOUNT",
    "drop_capabilities",
    "enter_user_namespace",
    "filter_system_calls",
    "mount",
    "setns",
    "unshare",
]

# linux/sched.h and linux/mount.h
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18

# linux/prctl.h and linux/capability.h
_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_CAPBSET_DROP = 4, 22, 24
_PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    """struct sock_fprog"""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


class _CapabilityHeader(ctypes.Structure):
    """struct __user_cap_header_struct"""

    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


def _check(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Leave the namespaces that ``flags`` name for new ones. Raises OSError."""
    _check(_libc.unshare(ctypes.c_int(flags)), "unshare")


def setns(descriptor: int, flags: int) -> None:
    """Enter an open namespace. Raises OSError."""
    _check(_libc.setns(ctypes.c_int(descriptor), ctypes.c_int(flags)), "setns")


def enter_user_namespace(user: int) -> None:
    """Be ``user`` in a new user namespace, and nobody else there. Raises OSError."""
    mapped = {"uid": os.geteuid(), "gid": os.getegid()}
    unshare(CLONE_NEWUSER)
    _write("/proc/self/setgroups", "deny")
    for kind, outside in mapped.items():
        _write(f"/proc/self/{kind}_map", f"{user} {outside} 1")


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount a file system. Raises OSError."""
    encoded = [text.encode() or None for text in (source, target, kind, options)]
    flag = ctypes.c_ulong(flags)
    _check(_libc.mount(*encoded[:3], flag, encoded[3]), f"mount {target}")


def _prctl(what: str, option: int, *arguments: int) -> None:
    values = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    _check(_libc.prctl(ctypes.c_int(option), *values), what)


def drop_capabilities(user: int | None) -> None:
    """Become ``user`` (uid and gid; None: stay), without any capability or way to get one back.

    Raises OSError. Whoever calls this must have no other thread.
    """
    last = int(_read("/proc/sys/kernel/cap_last_cap"))
    _prctl("clear ambient capabilities", _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    for capability in range(last + 1):
        _prctl("drop a capability", _PR_CAPBSET_DROP, capability)
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    header = _CapabilityHeader(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _check(_libc.capset(ctypes.byref(header), ctypes.byref(nothing)), "capset")
    _prctl("no new privileges", _PR_SET_NO_NEW_PRIVS, 1)
    # Changing the user hides a process's own /proc files from it; there is nothing to hide.
    _prctl("dumpable", _PR_SET_DUMPABLE, 1)


def filter_system_calls(program: bytes) -> None:
    """Have every later system call of this process and its children pass the filter."""
    memory = ctypes.create_string_buffer(program, len(program))
    wrapped = _Program(len(program) // 8, ctypes.addressof(memory))
    mode, address = _SECCOMP_MODE_FILTER, ctypes.addressof(wrapped)
    _prctl("seccomp", _PR_SET_SECCOMP, mode, address)


def _write(path: str, text: str) -> None:
    Path(path).write_text(text, encoding="ascii")


def _read(path: str) -> str:
    return Path(path).read_text(encoding="ascii")
