"""The filter of system calls, run by a small machine: what it denies on each processor."""

import errno
import struct

import pytest

from autograder.grading.sandbox.seccomp import UnknownMachine, filter_program

_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_CALLS = {  # name: number on x86_64 and aarch64, from the kernel's tables
    "read": (0, 63),
    "openat": (257, 56),
    "execve": (59, 221),
    "futex": (202, 98),
    "mmap": (9, 222),
    "memfd_create": (319, 279),
    "shmget": (29, 194),
    "io_uring_setup": (425, 425),
    "ptrace": (101, 117),
    "process_vm_writev": (311, 271),
    "mount": (165, 40),
    "unshare": (272, 97),
    "setns": (308, 268),
    "bpf": (321, 280),
    "keyctl": (250, 219),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "clone": (56, 220),
    "clone3": (435, 435),
    "socket": (41, 198),
    "socketpair": (53, 199),
}


def _decide(machine: str, number: int, argument: int = 0, architecture: int | None = None) -> int:
    """What the filter returns for a system call."""
    given = _ARCHITECTURES[machine] if architecture is None else architecture
    data = struct.pack("<iIQQ", number, given, 0, argument)
    program = list(struct.iter_unpack("=HBBI", filter_program(machine)))
    at = accumulator = 0
    while True:
        code, if_true, if_false, value = program[at]
        at += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif code == 0x06:
            return value
        else:
            compared = {0x15: accumulator == value, 0x35: accumulator >= value}
            holds = compared.get(code, bool(accumulator & value))
            at += if_true if holds else if_false


@pytest.fixture(params=["x86_64", "aarch64"])
def machine(request: pytest.FixtureRequest) -> str:
    """Each processor that a filter is written for."""
    return str(request.param)


def _number(machine: str, call: str) -> int:
    return _CALLS[call][machine == "aarch64"]


@pytest.mark.parametrize("call", ["read", "openat", "execve", "futex", "mmap"])
def test_ordinary_calls_pass(machine: str, call: str) -> None:
    """What every program does is allowed."""
    assert _decide(machine, _number(machine, call)) == _ALLOW


@pytest.mark.parametrize(
    "call",
    [
        *("memfd_create", "shmget", "io_uring_setup", "ptrace", "process_vm_writev", "mount"),
        *("unshare", "setns", "bpf", "keyctl", "userfaultfd", "perf_event_open"),
    ],
)
def test_dangerous_calls_lack_permission(machine: str, call: str) -> None:
    """They fail with EPERM, whatever their arguments."""
    for argument in (0, 1, 2**32 - 1):
        assert _decide(machine, _number(machine, call), argument) == _ERRNO | errno.EPERM


@pytest.mark.parametrize("number", [453, 600, 0x40000000, 0x40000000 + 59, 0x7FFFFFFF])
def test_unknown_calls_are_not_there(machine: str, number: int) -> None:
    """Calls newer than the list, and those of x32, are answered as by an old kernel."""
    assert _decide(machine, number) == _ERRNO | errno.ENOSYS


def test_another_architecture_is_killed(machine: str) -> None:
    """A 32-bit call of the same number would mean something else."""
    assert _decide(machine, 3, architecture=0x40000003) == _KILL


@pytest.mark.parametrize(
    "flag", [0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000]
)
def test_clone_makes_processes_and_threads_but_no_namespaces(machine: str, flag: int) -> None:
    """The flags of fork and of threads pass; any flag for a namespace does not."""
    clone = _number(machine, "clone")
    fork, thread = 0x01200011, 0x003D0F00
    assert _decide(machine, clone, fork) == _decide(machine, clone, thread) == _ALLOW
    assert _decide(machine, clone, fork | flag) == _ERRNO | errno.EPERM
    assert _decide(machine, _number(machine, "clone3")) == _ERRNO | errno.ENOSYS


@pytest.mark.parametrize("call", ["socket", "socketpair"])
def test_sockets_are_local_or_lead_nowhere(machine: str, call: str) -> None:
    """Unix and internet sockets pass (there is no network); vsock, netlink and the rest do not."""
    for family in (1, 2, 10):
        assert _decide(machine, _number(machine, call), family) == _ALLOW
    for family in (0, 3, 16, 17, 38, 40, 44, 2**31):
        expected = _ERRNO | errno.EAFNOSUPPORT
        assert _decide(machine, _number(machine, call), family) == expected


def test_other_processors_have_no_filter() -> None:
    """Nothing is graded on a processor whose calls are not known."""
    with pytest.raises(UnknownMachine, match="riscv64"):
        filter_program("riscv64")
