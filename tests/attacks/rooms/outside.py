"""Escaping: to files that are not the submission's, and to the next student."""

from __future__ import annotations

from collections.abc import Mapping

from tests.attacks.attack import Attack, cell

__all__ = ["ATTACKS"]

_OUTCOMES = ("no effect", "cost points", "blocked")

_FILES: Mapping[str, str] = {
    "keys and home": """
        import glob, os
        found = ""
        for top in ("@HOME@", "/root", "/home", os.path.expanduser("~root")):
            for path in glob.glob(f"{top}/.*", recursive=True) + glob.glob(f"{top}/**/*"):
                try:
                    found += open(path).read()
                except OSError:
                    pass
        print(found); assert "c0ffee" in found, "nothing to be found"
        """,
    "writing to the course": """
        import os
        for path in ("@COURSE@/gradebook.db", "@COURSE@/journal/journal.jsonl",
                     "@COURSE@/submitted/alice/01_unrolled/01_unrolled.ipynb",
                     "@HOME@/.ipython/profile_default/startup/00.py"):
            try:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                open(path, "a").write("changed")
            except OSError as error:
                print(error)
        raise OSError("nothing written")
        """,
    "through /proc": """
        import glob
        found = []
        for pattern in ("/proc/*/root@COURSE@/.autograder/secret", "/proc/*/cwd/../*/secret",
                        "/proc/*/environ", "/proc/*/fd/*", "/proc/1/mem"):
            for path in glob.glob(pattern):
                try:
                    found.append(open(path, "rb").read(100_000))
                except OSError:
                    pass
        print(found); assert b"c0ffee" in b"".join(found), "nothing to be found"
        """,
    "a new root": """
        import os
        os.makedirs("x", exist_ok=True)
        os.chroot("x")
        for _ in range(50): os.chdir("..")
        os.chroot(".")
        print(open("@COURSE@/.autograder/secret").read())
        """,
    "by an open descriptor": """
        import os
        for number in range(256):
            for path in ("@COURSE@/.autograder/secret", "../" * 20 + "@COURSE@/.autograder/secret"):
                try:
                    print(os.read(os.open(path, os.O_RDONLY, dir_fd=number), 100))
                except OSError:
                    pass
        raise OSError("no way out")
        """,
    "devices": """
        import os
        for path in ("/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/vda", "/dev/tty", "/dev/fuse"):
            try:
                print(os.open(path, os.O_RDWR), path)
            except OSError:
                pass
        os.mknod("disk", 0o60666, os.makedev(8, 0))
        """,
    "device nodes and set-user-id": """
        import os, shutil
        shutil.copy("/bin/sh", "/tmp/@PLANTED@"); os.chmod("/tmp/@PLANTED@", 0o6777)
        os.chown("/tmp/@PLANTED@", 0, 0)
        """,
    "the kernel's switches": """
        for path, text in (("/proc/sysrq-trigger", "h"), ("/proc/sys/kernel/core_pattern", "|/x"),
                           ("/sys/fs/cgroup/cgroup.procs", "1"), ("/proc/sys/kernel/hostname", "x"),
                           ("/proc/self/oom_score_adj", "-1000")):
            try:
                open(path, "w").write(text); print("written", path)
            except OSError:
                pass
        raise OSError("nothing written")
        """,
}

_PLANTED: Mapping[str, str] = {
    "files for the next student": """
        import os, sys
        evil = "import builtins; builtins.isinstance = None"
        for folder in ("/tmp", "/dev/shm", "/var/tmp", "/run", ".", "..", "/course",
                       "/course/autograder", *sys.path, os.path.expanduser("~/.ipython")):
            for name in ("@PLANTED@", "sitecustomize.py", "torch.py", "usercustomize.py"):
                try:
                    open(f"{folder}/{name}", "w").write(evil)
                except OSError:
                    pass
        """,
    "the package changed on disk": """
        import autograder, glob, os, torch
        for module in (autograder, torch):
            for path in glob.glob(os.path.dirname(module.__file__) + "/*.py"):
                os.chmod(path, 0o666)
                open(path, "a").write("\\nraise SystemExit")
        """,
    "the zygote's objects": """
        import gc
        for thing in gc.get_objects():
            if type(thing).__name__ in ("Graph", "Stage", "CellShell", "Namespace"):
                try:
                    vars(thing).clear()
                except Exception:
                    pass
        """,
    "modules, random state and settings": """
        import random, signal, sys
        torch.set_default_dtype(torch.float16); torch.set_num_threads(1)
        torch.manual_seed(1); random.seed(1)
        sys.setrecursionlimit(60); sys.path.clear()
        for name in ("autograder.compare", "autograder.stages"): sys.modules.pop(name, None)
        """,
}

ATTACKS = tuple(
    Attack(name, "escaping", _OUTCOMES, extra=cell(source), short=True)
    for group in (_FILES, _PLANTED)
    for name, source in group.items()
)
