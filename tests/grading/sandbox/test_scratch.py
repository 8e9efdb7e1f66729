"""What a submission may write to lies over /tmp, and hides nothing that Python needs."""

import subprocess
import sys

_PROGRAM = """
import os, sys
from autograder.grading.sandbox import linux
from autograder.grading.sandbox.confine import mount_scratch
from autograder.grading.sandbox.limits import Limits
if os.geteuid():
    linux.enter_user_namespace(0)
linux.unshare(linux.CLONE_NEWNS)
linux.mount("", "/", "", linux.MS_REC | linux.MS_PRIVATE)
sys.prefix, other = sys.argv[1:]
for _ in range(2):  # the zygote does it, and then each of its forks
    mount_scratch(Limits())
    print(open(f"{sys.prefix}/marker").read(), os.path.exists(other), os.listdir("/dev/shm"))
"""


def test_an_environment_below_tmp_stays_visible(tmp_path):
    """Its folder is there under its own name; what lies beside it is not."""
    environment = tmp_path / "checkout" / ".venv"
    environment.mkdir(parents=True)
    (environment / "marker").write_text("here")
    (tmp_path / "other").write_text("private")
    program = [sys.executable, "-c", _PROGRAM, str(environment), str(tmp_path / "other")]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.splitlines() == ["here False []"] * 2, done.stderr
