"""Escaping: to the network, to other processes and to the kernel."""

from __future__ import annotations

from collections.abc import Mapping

from tests.attacks.attack import Attack, cell

__all__ = ["ATTACKS"]

_OUTCOMES = ("no effect", "cost points", "blocked")

_NETWORK: Mapping[str, str] = {
    "TCP to the grader's machine": """
        import socket
        socket.create_connection(("127.0.0.1", @PORT@), timeout=2).send(b"hello")
        """,
    "TCP to every address": """
        import socket
        reached = []
        for host in ("0.0.0.0", "::1", "localhost", "10.0.2.2", "172.17.0.1", "192.168.0.1"):
            try:
                socket.create_connection((host, @PORT@), timeout=0.5); reached.append(host)
            except OSError:
                pass
        assert reached, "reached nobody"
        """,
    "UDP and names": """
        import socket
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 53))
        socket.gethostbyname("example.org")
        """,
    "sockets of the kernel": """
        import socket
        for family in (socket.AF_NETLINK, socket.AF_PACKET, 40, 38):
            for kind in (socket.SOCK_RAW, socket.SOCK_STREAM, socket.SOCK_DGRAM):
                try:
                    end = socket.socket(family, kind); print("open", family, kind)
                except OSError:
                    pass
        raise OSError("none is of use")
        """,
    "sockets in files": """
        import os, socket
        for top, folders, files in os.walk("/run"):
            for name in files:
                end = socket.socket(socket.AF_UNIX); end.connect(f"{top}/{name}")
        for path in ("/var/run/docker.sock", "/run/dbus/system_bus_socket"):
            socket.socket(socket.AF_UNIX).connect(path)
        """,
}

_PROCESSES: Mapping[str, str] = {
    "signals to everybody": """
        import os, signal
        for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):
            for target in (os.getppid(), 0, 2, 3, @PID@, *range(4, 3000)):
                if target != os.getpid():
                    try:
                        os.kill(target, number)
                    except OSError:
                        pass
        """,
    "ptrace and another's memory": """
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        for pid in (1, os.getppid(), @PID@):
            assert libc.ptrace(16, pid, 0, 0) == -1
            assert libc.process_vm_readv(pid, 0, 0, 0, 0, 0) == -1
        raise PermissionError
        """,
    "namespaces": """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        for kind in (0x10000000, 0x20000, 0x40000000, 0x20000000, 0x02000000, 0x8000000):
            assert libc.unshare(kind) == -1, hex(kind)
        for path in ("/proc/1/ns/mnt", "/proc/1/ns/net", "/proc/self/ns/pid"):
            assert libc.setns(open(path).fileno(), 0) == -1
        assert libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == -1
        raise PermissionError
        """,
    "becoming root": """
        import os
        for call in (os.setuid, os.setgid, os.seteuid, os.setegid):
            try:
                call(0); print("became root by", call)
            except OSError:
                pass
        os.setgroups([0])
        """,
    "rare system calls": """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        for name, number in (("bpf", 321), ("keyctl", 250), ("perf_event_open", 298),
                             ("userfaultfd", 323), ("io_uring_setup", 425), ("memfd_create", 319),
                             ("shmget", 29), ("kexec_load", 246), ("init_module", 175),
                             ("reboot", 169), ("add_key", 248), ("swapon", 167),
                             ("open_by_handle_at", 304), ("pidfd_getfd", 438), ("clone3", 435)):
            assert libc.syscall(number, 0, 0, 0, 0, 0, 0) == -1, name
        raise PermissionError
        """,
    "typing into the terminal": """
        import fcntl, os, termios
        for number in range(3):
            for sign in b"touch /tmp/@PLANTED@\\n":
                fcntl.ioctl(number, termios.TIOCSTI, bytes([sign]))
        """,
    "descriptors by the socket": """
        import array, os, socket
        for number in range(3, 64):
            try:
                end = socket.socket(fileno=os.dup(number))
                socket.send_fds(end, [b"xxxxxxxxxxxx"], [0, 1, 2])
            except OSError:
                pass
        """,
}

ATTACKS = tuple(
    Attack(name, "escaping", _OUTCOMES, extra=cell(source), short=True)
    for group in (_NETWORK, _PROCESSES)
    for name, source in group.items()
)
