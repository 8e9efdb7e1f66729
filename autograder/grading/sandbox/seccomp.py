"""The system calls that a submission must not make, as a program for the kernel's filter.

A seccomp filter is a program of classic BPF, eight bytes an instruction, that sees the number and
the arguments of each system call: see ``seccomp(2)`` and the kernel's ``linux/filter.h``. It is put
together here rather than by libseccomp, so that a grader's machine needs nothing installed for it.

It is a list of what is denied. What the limits on memory cannot see (memory files, System V and
POSIX queues, io_uring), what reaches other processes, what makes or enters namespaces and mounts,
what administers a machine, and every call newer than this list. Denied calls fail as if permission
were missing; nothing is killed by them, so that harmless probing by a package stays harmless.
"""

from __future__ import annotations

import errno
import platform
import struct

__all__ = ["UnknownMachine", "filter_program"]

_X86_64, _AARCH64 = 0xC000003E, 0xC00000B7  # AUDIT_ARCH_* of linux/audit.h
_MACHINES = {"x86_64": (_X86_64, 0), "aarch64": (_AARCH64, 1)}

# Name: its number on x86_64, on aarch64 (None: there is none).
_DENIED: dict[str, tuple[int | None, int | None]] = {
    # memory that the limits do not see
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "shmdt": (67, 197),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "semget": (64, 190),
    "semop": (65, 193),
    "semctl": (66, 191),
    "semtimedop": (220, 192),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "mq_timedsend": (242, 182),
    "mq_timedreceive": (243, 183),
    "mq_notify": (244, 184),
    "mq_getsetattr": (245, 185),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "remap_file_pages": (216, 234),
    # other processes, and the kernel's own machinery
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    "mbind": (237, 235),
    "set_mempolicy": (238, 237),
    "set_mempolicy_home_node": (450, 450),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "fanotify_init": (300, 262),
    "seccomp": (317, 277),
    "lookup_dcookie": (212, 18),
    "personality": (135, 92),
    "vmsplice": (278, 75),
    # namespaces and mounts
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    # the machine
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "create_module": (174, None),
    "query_module": (178, None),
    "get_kernel_syms": (177, None),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "vhangup": (153, 58),
    "syslog": (103, 116),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "nfsservctl": (180, 42),
    "uselib": (134, None),
    "ustat": (136, None),
    "sysfs": (139, None),
    "_sysctl": (156, None),
}
_CLONE, _CLONE3 = (56, 220), (435, 435)
_SOCKET, _SOCKETPAIR = (41, 198), (53, 199)
_NEWEST = 452  # fchmodat2; a later call is answered as an old kernel would
# CLONE_NEWTIME, -NS, -CGROUP, -UTS, -IPC, -USER, -PID and -NET of linux/sched.h.
_NAMESPACES = 0x80 | 0x20000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x60000000
_FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6: the last two lead nowhere

# Instructions of linux/bpf_common.h: load a word, compare, test bits, return.
_LOAD, _EQUAL, _AT_LEAST, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
# Where struct seccomp_data has the call's number, the architecture, the first argument's low half.
_NUMBER, _ARCHITECTURE, _ARGUMENT = 0, 4, 16


class UnknownMachine(Exception):
    """There is no filter for this processor."""


def filter_program(machine: str | None = None) -> bytes:
    """The filter for a processor, named as ``uname -m`` names it (default: this one).

    The bytes are an array of ``struct sock_filter``. Raises UnknownMachine for a processor other
    than x86_64 and aarch64.
    """
    machine = machine or platform.machine()
    if machine not in _MACHINES:
        raise UnknownMachine(f"no filter of system calls is written for {machine} processors")
    architecture, column = _MACHINES[machine]
    program = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_EQUAL, architecture, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
    ]
    # The calls of x32, the other way to number them on x86_64, lie above every other, too.
    program += [_step(_AT_LEAST, _NEWEST + 1, 0, 1), _deny(errno.ENOSYS)]
    for numbers in _DENIED.values():
        if (number := numbers[column]) is not None:
            program += [_step(_EQUAL, number, 0, 1), _deny(errno.EPERM)]
    # The C library then uses `clone`, whose flags a filter can see.
    program += [_step(_EQUAL, _CLONE3[column], 0, 1), _deny(errno.ENOSYS)]
    program += [
        _step(_EQUAL, _CLONE[column], 0, 4),
        _step(_LOAD, _ARGUMENT),
        _step(_BITS, _NAMESPACES, 0, 1),
        _deny(errno.EPERM),
        _step(_RETURN, _ALLOW),
    ]
    for call in (_SOCKET, _SOCKETPAIR):
        families = len(_FAMILIES)
        program += [_step(_EQUAL, call[column], 0, families + 2), _step(_LOAD, _ARGUMENT)]
        for index, family in enumerate(_FAMILIES):
            program.append(_step(_EQUAL, family, families - index, 0))
        program.append(_deny(errno.EAFNOSUPPORT))
        # An allowed family lands here, and so does every other call, which only passes through.
    program.append(_step(_RETURN, _ALLOW))
    return b"".join(program)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _deny(number: int) -> bytes:
    return _step(_RETURN, _ERRNO | number)
