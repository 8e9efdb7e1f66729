"""A submission's process: cells, variables, calls, and whatever a hostile one does."""

import os
import textwrap
from collections.abc import Callable, Iterator

import pytest
import torch

from autograder.grading.results import Missing, NotATensor, RunnerDied
from autograder.grading.runner_process import Runner, open_runner
from autograder.grading.runners import Runners
from autograder.grading.sandbox.limits import Limits
from autograder.grading.sandbox.spawn import Sandbox

Running = Callable[[str], bool]

_LONG = 60.0  # seconds that no cell here needs


@pytest.fixture
def runner(runners: Runners) -> Iterator[Runner]:
    """A fresh process in the sandbox."""
    with runners.open() as opened:
        yield opened


def _run(runner: Runner, source: str, *, silent: bool = False, timeout: float = _LONG):  # type: ignore[no-untyped-def]
    return runner.run(textwrap.dedent(source), silent=silent, timeout=timeout)


def test_a_cell_shows_what_a_notebook_shows(runner: Runner) -> None:
    """Printed text, displayed objects, a result and a figure, in order and numbered."""
    result = _run(
        runner,
        """
        import sys
        import matplotlib.pyplot as plt
        from IPython.display import HTML, display
        print("one"); print("two")
        print("bad", file=sys.stderr)
        display(HTML("<b>three</b>"))
        plt.plot([1, 2])
        6 * 7
        """,
    )
    assert result.status == "ok"
    kinds = [output["output_type"] for output in result.outputs]
    assert kinds == ["stream", "stream", "display_data", "execute_result", "display_data"]
    assert result.outputs[0]["text"] == "one\ntwo\n"
    assert result.outputs[1]["name"] == "stderr"
    assert result.outputs[2]["data"]["text/html"] == "<b>three</b>"
    assert result.outputs[3]["data"]["text/plain"] == "42"
    assert result.outputs[3]["execution_count"] == 1
    assert result.outputs[4]["data"]["image/png"].startswith("iVBOR")


def test_an_exception_is_an_output_and_stops_nothing(runner: Runner) -> None:
    """The traceback is shown; the next cell runs and sees the variables."""
    result = _run(runner, "x = 1\n1 / 0")
    assert (result.status, result.error_name) == ("raised", "ZeroDivisionError")
    (error,) = result.outputs
    assert (error["ename"], error["evalue"]) == ("ZeroDivisionError", "division by zero")
    assert "Cell" in error["traceback"][2] and "In[1]" in error["traceback"][2]
    assert _run(runner, "x").outputs[0]["data"]["text/plain"] == "1"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("def f(:", "SyntaxError"),
        ("raise SystemExit", "SystemExit"),
        ("input('?')", "EOFError"),
        ("raise type('E', (BaseException,), {'__str__': lambda self: 1 / 0})", "E"),
        ("%no_such_magic", "UsageError"),
        ("def deeper(): return deeper()\ndeeper()", "RecursionError"),
    ],
)
def test_whatever_a_cell_raises_is_its_own(runner: Runner, source: str, name: str) -> None:
    """Syntax errors, exits, questions and strange exceptions end the cell, not the process."""
    result = _run(runner, source)
    assert result.status == "raised"
    assert result.error_name == name or name == "UsageError"
    assert _run(runner, "1").status == "ok"


def test_a_silent_cell_leaves_variables_only(runner: Runner) -> None:
    """No outputs, no figures, no traceback, no number."""
    assert _run(runner, "print(1)\ny = 2\n2 + 2\n", silent=True).outputs == ()
    failed = _run(runner, "import matplotlib.pyplot as plt; plt.plot([1]); 1 / 0", silent=True)
    assert (failed.status, failed.outputs, failed.error_name) == ("raised", (), "ZeroDivisionError")
    shown = _run(runner, "y")
    assert shown.outputs[0]["data"]["text/plain"] == "2"
    assert shown.outputs[0]["execution_count"] == 1


def test_magics_shell_commands_and_await_work(runner: Runner) -> None:
    """What notebooks may hold besides Python."""
    assert _run(runner, "!echo hello").outputs[0]["text"].strip() == "hello"
    assert _run(runner, "%matplotlib inline\n%timeit -n1 -r1 pass").status == "ok"
    assert _run(runner, "import asyncio\nawait asyncio.sleep(0)\n3").outputs[0]["data"] == {
        "text/plain": "3"
    }
    assert _run(runner, "exit()\nx = 5").status == "ok"
    cleared = _run(
        runner,
        """
        from IPython.display import clear_output, display
        handle = display("a", display_id=True)
        handle.update("b")
        print("x"); clear_output(wait=True); print("y")
        """,
    )
    assert [output.get("text") for output in cleared.outputs] == ["y\n"]


def test_the_check_of_the_course_works_inside(runner: Runner) -> None:
    """A student's own `check(...)` shows its picture of the answer and raises."""
    source = """
        import torch
        from autograder import Check
        check = Check("00_warmup", globals())
        check("dx")
        """
    result = _run(runner, source.replace("dx", "central_difference"))
    assert result.status == "raised"
    assert result.error_name in ("CheckFailed", "ValueError")


def test_variables_go_in_and_out_bit_for_bit(runner: Runner) -> None:
    """What is put carries no graph; what is fetched is what the cell computed."""
    runner.put({"x": torch.arange(6.0, dtype=torch.float64).reshape(2, 3), "n": 3})
    _run(runner, "y = x.T / n\nflag = x.requires_grad or x.grad is not None\nz = [x, 'a']")
    fetched = runner.fetch(["y", "flag", "z", "nowhere"])
    expected = torch.arange(6.0, dtype=torch.float64).reshape(2, 3).T / 3
    assert isinstance(fetched["y"], torch.Tensor)
    assert torch.equal(fetched["y"], expected)
    assert fetched["flag"] == NotATensor("bool", False)
    assert fetched["nowhere"] == Missing()
    assert isinstance(fetched["z"], NotATensor) and fetched["z"].items is not None
    assert fetched["z"].items[1] == NotATensor("str", "a")


def test_a_snapshot_brings_back_all_or_some(runner: Runner) -> None:
    """Later variables vanish, changed ones return, and only the named ones when named."""
    _run(runner, "a = 1; b = 2")
    runner.snapshot("start")
    _run(runner, "a = 10; c = 3; del b")
    runner.restore("start")
    assert runner.fetch(["a", "b", "c"]) == {
        "a": NotATensor("int", 1),
        "b": NotATensor("int", 2),
        "c": Missing(),
    }
    runner.restore("start", ["b", "unknown"])
    assert runner.fetch(["a", "b"]) == {"a": Missing(), "b": NotATensor("int", 2)}
    assert _run(runner, "get_ipython(); print(__name__)").outputs[0]["text"] == "__main__\n"
    runner.delete(["b", "unknown"])
    assert runner.fetch(["b"]) == {"b": Missing()}


def test_a_function_is_called_with_what_is_given(runner: Runner) -> None:
    """Tensors, shapes and functions of the stage arrive; changed arguments are reported."""
    from autograder.stages.warmup import sum_of_cubes

    _run(
        runner,
        """
        def f(function, x, shape):
            y = function(x)
            x.add_(1)
            return y, shape
        """,
    )
    x = torch.ones(3)
    called = runner.call("f", [sum_of_cubes, x, (2, 3)], timeout=_LONG)
    assert (called.status, called.changed) == ("ok", (0,))
    assert isinstance(called.result, NotATensor) and called.result.items is not None
    first, shape = called.result.items
    assert isinstance(first, torch.Tensor) and first.item() == 3
    assert shape == NotATensor("tuple", items=(NotATensor("int", 2), NotATensor("int", 3)))
    assert torch.equal(x, torch.ones(3))
    missing = runner.call("g", [], timeout=_LONG)
    assert (missing.status, missing.error_name) == ("raised", "KeyError")


def test_the_default_dtype_can_be_set(runner: Runner) -> None:
    """New tensors have it."""
    runner.set_default_dtype(torch.float64)
    _run(runner, "import torch; x = torch.zeros(1)")
    x = runner.fetch(["x"])["x"]
    assert isinstance(x, torch.Tensor) and x.dtype == torch.float64


def test_an_endless_loop_costs_its_cell_only(runner: Runner) -> None:
    """The cell is interrupted inside; the process and its variables live on."""
    _run(runner, "x = 1")
    assert _run(runner, "while True: pass", timeout=0.5).status == "timeout"
    assert runner.alive
    assert runner.fetch(["x"]) == {"x": NotATensor("int", 1)}
    _run(runner, "def f():\n    while True: pass", silent=True)
    assert runner.call("f", [], timeout=0.5).status == "timeout"
    assert _run(runner, "x").status == "ok"


def test_a_loop_that_ignores_everything_is_killed(runner: Runner) -> None:
    """The grader does not wait for a cell that catches its own interruption."""
    source = """
        import signal
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        while True:
            try:
                while True: pass
            except BaseException: pass
        """
    assert _run(runner, source, timeout=0.2).status == "timeout"
    assert not runner.alive
    assert _run(runner, "1").status == "killed"
    assert runner.call("f", [], timeout=1).status == "killed"
    with pytest.raises(RunnerDied):
        runner.fetch(["x"])


# `channel` in these cells is the socket to the grader, which every cell can find.
_CHANNEL = """
import gc, json, os, socket, struct
channel = next(o for o in gc.get_objects() if isinstance(o, socket.socket))
number = channel.fileno()
def frame(header, blobs=b"", total=None):
    return struct.pack(">IQ", len(header), len(blobs) if total is None else total) + header + blobs
"""
_DEADLY = {
    "exit": "os._exit(0)",
    "segfault": "import ctypes; ctypes.string_at(0)",
    "abort": "os.abort()",
    "closed": "os.close(number); channel.detach()",
    "shut": "channel.shutdown(socket.SHUT_RDWR)",
    "garbage": "channel.sendall(bytes(range(256)) * 100)",
    "zeros": "channel.sendall(bytes(100))",
    "huge header": "channel.sendall(struct.pack('>IQ', 2**32 - 1, 0))",
    "huge blobs": "channel.sendall(struct.pack('>IQ', 2, 2**63) + b'{}')",
    "deep": "channel.sendall(frame(b'[' * 1000000))",
    "lying blobs": "channel.sendall(frame(b'{\"blobs\":[9]}', b'abc'))",
    "unasked": """channel.sendall(frame(json.dumps({
        "blobs": [0], "status": "ok", "error": "", "message": 0, "outputs": [], "to": "0",
    }).encode()))""",
    "not ours": 'channel.sendall(frame(b\'{"blobs":[],"status":"ok"}\'))',
}


@pytest.mark.parametrize("name", _DEADLY)
def test_a_process_that_dies_or_lies_is_killed(runner: Runner, name: str) -> None:
    """Exits, crashes and forged frames end this submission; the grader goes on."""
    assert _run(runner, _CHANNEL + _DEADLY[name]).status == "killed"
    assert not runner.alive
    assert _run(runner, "1").status == "killed"


def test_a_frame_ahead_of_time_answers_nothing(runner: Runner) -> None:
    """A forged answer of the right form cannot repeat a number that is not known yet."""
    values = '{"blobs":[],"values":[{"scalar":1,"type":"int"}],"to":"0"}'
    _run(
        runner,
        _CHANNEL
        + f"""
import threading, time
def later():
    time.sleep(0.5)
    channel.sendall(frame({values!r}.encode()))
threading.Thread(target=later).start()
""",
    )
    assert _run(runner, "time.sleep(5)").status == "killed"


def test_a_half_sent_frame_runs_into_the_deadline(runner: Runner) -> None:
    """A process that trickles bytes is not waited for beyond the cell's time."""
    source = """
        import time
        channel.sendall(struct.pack(">IQ", 100, 0))
        while True:
            time.sleep(0.05); channel.send(b" ")
        """
    result = _run(runner, _CHANNEL + textwrap.dedent(source), timeout=0.2)
    assert result.status in ("timeout", "killed")
    assert not runner.alive


def test_a_flood_of_output_is_cut(runner: Runner) -> None:
    """Printing, displaying and drawing without end is bounded, and says so."""
    printed = _run(runner, "for i in range(10**6): print('x' * 100)")
    assert printed.status == "ok"
    (output,) = printed.outputs
    assert len(output["text"]) < 300_000
    assert "left out" in output["text"]
    displayed = _run(
        runner, "from IPython.display import display\nfor i in range(5000): display(i)"
    )
    assert len(displayed.outputs) <= 201
    assert "left out" in displayed.outputs[-1]["text"]
    large = _run(
        runner,
        "from IPython.display import HTML, display\nfor i in range(20): display(HTML('x' * 2**20))",
    )
    assert sum(len(output.get("data", {}).get("text/html", "")) for output in large.outputs) < 9e6
    raised = _run(runner, "raise ValueError('x' * 10**7)")
    assert raised.status == "raised"
    assert len(raised.error_message) <= 10_000
    assert (
        _run(runner, "import os; os.write(1, b'x' * 10**6); os.write(2, b'x' * 10**6)").status
        == "ok"
    )


def test_a_tensor_too_large_to_send_is_told_by_its_shape(runner: Runner) -> None:
    """The answer to a fetch is bounded, and the process lives on."""
    _run(runner, "import torch; x = torch.zeros(10**4, 10**4); y = [torch.zeros(2**20)] * 60")
    assert runner.fetch(["x"])["x"] == NotATensor("Tensor of shape (10000, 10000)")
    assert runner.alive


def test_a_submission_as_a_whole_has_a_time() -> None:
    """A cell within its own time ends with the submission's, and nothing runs after that."""
    with open_runner(Sandbox.NONE, Limits(wall=1e-3)) as runner:
        assert _run(runner, "1").status == "timeout"
        assert not runner.alive
        assert _run(runner, "1").status == "killed"


def test_without_a_sandbox_it_is_a_child_of_the_grader(running: Running) -> None:
    """`--sandbox none` runs cells all the same, and ends what they started in their session."""
    with open_runner(Sandbox.NONE) as runner:
        source = "import os, subprocess\nsubprocess.Popen(['sleep', '61.75'])\nos.getppid()"
        shown = _run(runner, source).outputs[-1]["data"]["text/plain"]
        assert int(shown) == os.getpid()
    assert not running("61.75")


def test_cells_that_run_without_a_look_between_them_end_as_alone(runner: Runner) -> None:
    """Each has its own outputs, error and time; what one defines the next one has."""
    cells = [
        ("x = 1\nprint('one')", _LONG),
        ("x / 0", _LONG),
        ("while True: pass", 0.5),
        ("print(x)", _LONG),
    ]
    results = list(runner.run_each(cells, silent=False))
    assert [result.status for result in results] == ["ok", "raised", "timeout", "ok"]
    assert [result.error_name for result in results[1:2]] == ["ZeroDivisionError"]
    assert [result.outputs[0]["text"] for result in (results[0], results[3])] == ["one\n", "1\n"]
    assert runner.fetch(["x"]) == {"x": NotATensor("int", 1)}


def test_none_of_them_runs_after_one_that_ends_the_process(runner: Runner) -> None:
    """The results say which it was."""
    cells = [("x = 1", _LONG), ("import os; os._exit(0)", _LONG), ("x = 2", _LONG)]
    results = list(runner.run_each(cells, silent=True))
    assert [result.status for result in results] == ["ok", "killed"]
    assert not runner.alive


def test_no_cells_ask_for_nothing(runner: Runner) -> None:
    """There is nothing to wait for."""
    assert list(runner.run_each([], silent=True)) == []
    assert runner.alive
