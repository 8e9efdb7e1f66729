"""What a submission cannot do to the machine, to the grader and to other submissions."""

import os
import signal
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from autograder.authoring.layout import CHECKOUT
from autograder.grading.results import CellResult, NotATensor
from autograder.grading.runner_process import Runner, open_runner
from autograder.grading.runners import Runners
from autograder.grading.sandbox import selftest
from autograder.grading.sandbox.limits import Limits
from autograder.grading.sandbox.spawn import Sandbox
from autograder.grading.sandbox.spawned import CannotStart
from autograder.grading.sandbox.zygote import Zygote
from tests.grading.sandbox.ordinary_user import run_as_ordinary_user

_LONG = 60.0


@pytest.fixture
def runner(runners: Runners) -> Iterator[Runner]:
    """A fresh process in the sandbox."""
    with runners.open() as opened:
        yield opened


def _run(runner: Runner, source: str, timeout: float = _LONG) -> CellResult:
    return runner.run(textwrap.dedent(source), silent=False, timeout=timeout)


def _printed(runner: Runner, source: str) -> str:
    result = _run(runner, source)
    assert result.status == "ok", result
    return "".join(output["text"] for output in result.outputs)


@pytest.fixture(params=["fork", "bubblewrap"])
def start(request: pytest.FixtureRequest) -> Iterator[Callable[[Limits], Runner]]:
    """Both ways to a submission's process: a fork of the zygote, a bubblewrap of its own."""
    if request.param == "bubblewrap":
        yield partial(open_runner, Sandbox.BUBBLEWRAP)
        return
    with Zygote() as zygote:
        yield lambda limits: Runner(zygote.spawn(limits), limits)


def test_every_claim_of_the_sandbox_holds(start: Callable[[Limits], Runner]) -> None:
    """The test at the start of grading passes, claim by claim."""
    findings = list(selftest.self_test(start))
    assert len(findings) == 10
    assert [finding.claim for finding in findings if not finding.holds] == []


def test_no_sandbox_fails_the_test_of_sandboxes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process without protection is found out by every probe that is harmless outside."""
    harmless = ("privileges", "network", "files", "system calls")
    chosen = tuple(probe for probe in selftest.PROBES if probe.name in harmless)
    monkeypatch.setattr(selftest, "PROBES", chosen)
    findings = {
        found.name: found.holds for found in selftest.self_test(partial(open_runner, Sandbox.NONE))
    }
    # Only the two that need no protection may hold: a traced process is refused to anybody.
    assert not any(findings[name] for name in ("privileges", "network", "files"))
    with pytest.raises(selftest.NoSandbox, match="fails its own test"):
        selftest.require_sandbox(partial(open_runner, Sandbox.NONE))


def test_signals_reach_nobody(runners: Runners, runner: Runner) -> None:
    """Neither the parent, nor the process group, nor everybody: siblings and zygote live on."""
    with runners.open() as sibling:
        text = _printed(
            runner,
            """
            import os, signal
            for target in (os.getppid(), 0, -1, 1, 2, 3):
                for number in (signal.SIGTERM, signal.SIGKILL):
                    try:
                        os.kill(target, number)
                    except OSError:
                        pass
            print("alive")
            """,
        )
        assert text == "alive\n"
        assert _run(sibling, "1").status == "ok"
    with runners.open() as later:
        assert _run(later, "1").status == "ok"


def test_a_submission_leaves_nothing_for_the_next(runners: Runners) -> None:
    """Files, modules, random state and variables of one are not there in another."""
    look = """
        import os, random, sys, torch
        listed = sorted(os.listdir("/tmp") + os.listdir("/dev/shm") + os.listdir())
        print(listed, "planted" in sys.modules, "x" in globals(), random.random(), torch.rand(1))
        """
    spoil = """
        import os, random, sys, torch
        for folder in ("/tmp", "/dev/shm", "."):
            open(f"{folder}/sitecustomize.py", "w").close()
        sys.modules["planted"] = sys; x = 1; torch.rand = None; random.seed(9)
        """
    with runners.open() as first:
        before = _printed(first, look)
        _run(first, spoil)
        with runners.open() as beside:
            assert _printed(beside, look) == before
    with runners.open() as second:
        assert _printed(second, look) == before


def test_nothing_outlives_a_submission(runners: Runners, running: Callable[[str], bool]) -> None:
    """A daemon in a session of its own ends with the process that started it."""
    source = """
        import os, subprocess
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execvp("sleep", ["sleep", "71.25"])
            os._exit(0)
        """
    with runners.open() as runner:
        assert _run(runner, source).status == "ok"
        time.sleep(0.2)
    assert not running("71.25")
    with runners.open() as runner:  # the same when the submission ends itself
        assert _run(runner, textwrap.dedent(source) + "os._exit(0)").status == "killed"
    assert not running("71.25")


def test_the_environment_is_not_the_graders(
    monkeypatch: pytest.MonkeyPatch, runner: Runner
) -> None:
    """No variable of the grader's crosses, and the host's name does not."""
    monkeypatch.setenv("SECRET_OF_THE_GRADER", "value")
    with open_runner(Sandbox.BUBBLEWRAP) as fresh:
        text = _printed(fresh, "import os, socket; print(dict(os.environ), socket.gethostname())")
    assert "SECRET" not in text
    assert text.endswith("notebook\n")


def test_the_sandbox_has_no_solutions(runner: Runner) -> None:
    """The package is there; the instructor's notebooks and sources, and its tests, are not."""
    text = _printed(
        runner,
        """
        import os
        found = []
        for top in ("/course", "/work", "/home", "/root", "/tmp", "/srv", "/var", "/mnt", "/opt"):
            for folder, folders, files in os.walk(top):
                folders[:] = [name for name in folders if name not in ("site-packages", "lib")]
                found += [name for name in files if name.endswith((".ipynb", ".db", "names.txt"))]
                found += [name for name in folders if name in ("solutions", ".git", "tests")]
        print(sorted(found))
        """,
    )
    assert text == "['names.txt']\n"


def test_processes_have_users_of_their_own(runners: Runners) -> None:
    """Seen from outside, a submission of root's grader is neither root nor the one beside it."""
    with runners.open() as first, runners.open() as second:
        users = [_user(runner) for runner in (first, second)]
    if os.geteuid() == 0:
        assert 0 not in users
        assert len(set(users)) == 2
    else:  # one user has only its own id; namespaces keep the two apart
        assert set(users) == {os.geteuid()}


def _user(runner: Runner) -> int:
    return Path(f"/proc/{runner.pid}").stat().st_uid


@pytest.mark.parametrize(
    "source",
    [
        "x = bytearray(2 << 30)",
        "import torch; x = torch.zeros(1 << 29)",
        "import mmap; x = mmap.mmap(-1, 2 << 30)",
        "x = [0]\nwhile True: x += x",
        "import os; os.memfd_create('x')",
    ],
)
def test_memory_that_is_not_there_is_an_error(runner: Runner, source: str) -> None:
    """Asking for more than the limit raises in the cell; the process lives on."""
    assert _run(runner, source).status == "raised"
    assert _run(runner, "x = None").status == "ok"


def test_many_processes_share_one_limit(start: Callable[[Limits], Runner]) -> None:
    """Each within its own limit, but too much together: the submission is killed."""
    source = """
        import os, time
        for _ in range(8):
            if os.fork() == 0:
                x = b"x" * (100 << 20)
                time.sleep(60)
        time.sleep(60)
        """
    with start(Limits(memory=256 << 20)) as runner:
        assert _run(runner, source).status == "killed"


def test_a_fork_bomb_stops_itself(runner: Runner) -> None:
    """Processes and threads are few; the cell gets an error, or the submission ends."""
    source = """
        import os
        while True:
            try:
                os.fork()
            except OSError:
                break
        """
    assert _run(runner, source, timeout=10).status in ("ok", "killed", "timeout")
    threads = """
        import threading, time
        for _ in range(100): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        """
    with_threads = _run(runner, threads, timeout=10)
    assert with_threads.status in ("raised", "killed")


def test_the_disk_is_small_and_in_memory(runner: Runner) -> None:
    """Bytes and files are limited, empty files, too."""
    text = _printed(
        runner,
        """
        import os
        def most(write):
            for number in range(100_000):
                try:
                    write(number)
                except OSError:
                    return number
        def block(number):
            with open(f"/tmp/block{number}", "wb") as file:
                file.write(bytes(1 << 20))
        def empty(number):
            open(f"/tmp/empty{number}", "w").close()
        blocks = most(block)
        for number in range(blocks): os.remove(f"/tmp/block{number}")
        print(blocks <= 64, most(empty) < 10_000)
        """,
    )
    assert text == "True True\n"


def test_a_dead_zygote_is_replaced() -> None:
    """Whatever ends it, the next submission gets a process."""
    with Runners() as runners:
        assert runners.forks
        with runners.open() as runner:
            pid = runner.pid
        assert runners._zygote is not None
        os.kill(runners._zygote._process.pid, signal.SIGKILL)
        with runners.open() as runner:
            assert runner.pid != pid
            assert _run(runner, "1").status == "ok"


def test_without_nested_namespaces_each_is_a_bubblewrap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slower, and just as safe: the fallback passes the same test."""

    def refuse(self: Zygote, limits: Limits, after: Sequence[str]) -> None:
        raise CannotStart("no namespaces here")

    monkeypatch.setattr(Zygote, "spawn", refuse)
    with Runners() as runners:
        assert not runners.forks
        with runners.open() as runner:
            runner.put({"x": 1})
            assert runner.fetch(["x"]) == {"x": NotATensor("int", 1)}


_AS_USER = """
import os, sys
from autograder.grading.runners import Runners
assert os.geteuid() != 0
with Runners() as runners, runners.open() as first, runners.open() as second:
    first.run("import os; os.kill(0, 9); os.kill(os.getppid(), 9)", silent=True, timeout=60)
    inside = first.run("import os; print(os.getresuid())", silent=False, timeout=60)
    print(runners.forks, second.run("1", silent=True, timeout=60).status)
    print(inside.outputs[0]["text"])
"""


def test_an_ordinary_user_has_the_same_sandbox(tmp_path: Path) -> None:
    """Without root: the test of the sandbox passes, processes are forks, signals reach nobody."""
    command = [sys.executable, "-c", _AS_USER]
    ended = run_as_ordinary_user(["env", f"PYTHONPATH={CHECKOUT.root}", *command], tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split("\n")[:2] == ["True ok", "(1000, 1000, 1000)"]


def test_open_files_are_not_shared(runners: Runners) -> None:
    """Moving the position in a file that the course's own cells open moves it nowhere else."""
    opening = "import os\nkept = open(os.__file__, 'rb')"
    source = """
        import os, stat
        def fonts():
            for name in os.listdir("/proc/self/fd"):
                try:
                    if stat.S_ISREG(os.fstat(int(name)).st_mode):
                        yield int(name)
                except OSError:
                    pass
        print([os.lseek(font, 0, os.SEEK_CUR) for font in fonts()])
        """
    with runners.after([opening]) as first, runners.after([opening]) as second:
        before = _printed(second, source)
        _run(first, source)
        assert _run(first, "for font in fonts(): os.lseek(font, 12345, 0)").status == "ok"
        assert before != "[]\n"
        assert _printed(second, source) == before
