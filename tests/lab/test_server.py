"""The real JupyterLab, as `autograder lab` starts it: what it shows, and what it leaves alone."""

import asyncio
import json
import logging
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from autograder.lab.quiet import Settled
from autograder.lab.server import jupyter_environment

MakeRelease = Callable[[str], Path]

# The release comes from the test; all else is the command itself.
START = """
import sys
from pathlib import Path
from autograder.lab import command
command.release_directory = lambda: Path(sys.argv[1])
sys.exit(command.lab(Path(sys.argv[2]), None, sys.argv[3:]))
"""


def free_port() -> int:
    """A port that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that takes a moment; a failure after two minutes."""
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def answer_to(request: urllib.request.Request) -> str:
    """The body of the answer; the connection is closed whatever the status."""
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            body: bytes = answer.read()
            return body.decode()
    except urllib.error.HTTPError as error:
        error.close()
        raise


async def hang_up(connection: WebSocketClientConnection) -> None:
    """Close a web socket and wait until the server has closed it, too."""
    connection.close()
    while await connection.read_message() is not None:
        pass


class Lab:
    """A running `autograder lab` at a terminal of its own."""

    def __init__(self, release: Path, work: Path, home: Path, *options: str) -> None:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "NAMES"))}
        self.terminal = pexpect.spawn(
            sys.executable,
            ["-c", START, str(release), str(work), "--no-browser", *options],
            env={**clean, "HOME": str(home)},
            cwd=str(work.parent),
            encoding="utf-8",
            timeout=120,
            dimensions=(50, 200),
        )
        self.terminal.expect(r"http://127\.0\.0\.1:(\d+)/(\S*)\?token=(\w+)")
        self.port, self.page, self.token = self.terminal.match.groups()
        # The address is printed a moment before the server listens at it.
        wait_until(self.listening)

    def listening(self) -> bool:
        """Does anything answer at the port?"""
        try:
            socket.create_connection(("127.0.0.1", int(self.port)), timeout=60).close()
        except ConnectionRefusedError:
            return False
        return True

    def get(self, path: str) -> str:
        """The body of a page; raises urllib's error for a status of 400 or more."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/{path}", headers={"Authorization": f"token {self.token}"}
        )
        return answer_to(request)

    def post(self, path: str, content: object) -> str:
        """The body of the answer to a request that makes something."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/{path}",
            data=json.dumps(content).encode(),
            headers={"Authorization": f"token {self.token}"},
        )
        return answer_to(request)

    def stop(self) -> int | None:
        """Press Ctrl-C once; the exit code."""
        self.terminal.sendintr()
        self.terminal.expect(pexpect.EOF)
        self.terminal.close()
        code: int | None = self.terminal.exitstatus
        return code


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose own Jupyter settings are as unhelpful as they can be."""
    folder = tmp_path / "home"
    kernel = folder / ".local" / "share" / "jupyter" / "kernels" / "python3" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    kernel.write_text(
        json.dumps({"argv": ["/nonexistent/python"], "display_name": "Other", "language": "python"})
    )
    settings = folder / ".jupyter"
    (settings / "labconfig").mkdir(parents=True)
    (settings / "jupyter_server_config.py").write_text("raise SystemExit('an old experiment')\n")
    (settings / "labconfig" / "page_config.json").write_text(
        json.dumps({"disabledExtensions": {"@jupyter/nbgrader:formgrader": False}})
    )
    return folder


@pytest.fixture
def lab(make_release: MakeRelease, work: Path, home: Path) -> Iterator[Lab]:
    """A server on a free port, ended after the test whatever happened."""
    running = Lab(make_release("first"), work, home, f"--port={free_port()}")
    yield running
    running.terminal.close(force=True)


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_server_is_a_student_s(lab: Lab, work: Path, home: Path) -> None:
    """Landing page, one kernel (ours), Validate, no news, no instructor tools, clean stop."""
    settings = files(home / ".jupyter")
    assert lab.page == "lab/tree/START_HERE.md"

    kernels = json.loads(lab.get("api/kernelspecs"))["kernelspecs"]
    assert list(kernels) == ["python3"]
    assert kernels["python3"]["spec"]["argv"][0] == sys.executable

    page = lab.get("lab")
    config = json.loads(page.split('id="jupyter-config-data"', 1)[1].split(">", 1)[1].split("<")[0])
    assert {
        "@jupyter/nbgrader:assignment-list",
        "@jupyter/nbgrader:course-list",
        "@jupyter/nbgrader:create-assignment",
        "@jupyter/nbgrader:formgrader",
        "@jupyter/nbgrader:menu",
        "@jupyterlab/apputils-extension:announcements",
    } <= set(config["disabledExtensions"])
    assert "@jupyter/nbgrader:validate-assignment" not in config["disabledExtensions"]
    assert config["news"] == {"disabled": True}
    assert config["serverRoot"] == str(work)

    assert json.loads(lab.get("nbgrader_version?version=0"))["success"] is False  # it is there
    for instructor in ("formgrader", "assignments", "formgraders"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            lab.get(instructor)

    assert lab.stop() == 0
    assert files(home / ".jupyter") == settings


def test_a_taken_port_is_no_obstacle(lab: Lab, make_release: MakeRelease, tmp_path: Path) -> None:
    """A second course finds a port of its own, and says which."""
    other = Lab(make_release("first"), tmp_path / "second", tmp_path / "home", f"--port={lab.port}")
    try:
        assert other.port != lab.port
        assert json.loads(other.get("api"))["version"]
    finally:
        assert other.stop() == 0


def test_ending_the_command_ends_the_server(lab: Lab) -> None:
    """No server is left behind when the command gets SIGTERM, and nothing is called an error."""
    lab.terminal.kill(signal.SIGTERM)
    lab.terminal.expect(pexpect.EOF)
    wait_until(lambda: not lab.listening())
    said = lab.terminal.before
    assert "JupyterLab was asked to end, and has ended." in said
    assert "ended with code" not in said
    lab.terminal.close()
    assert lab.terminal.exitstatus == 0


def test_opening_a_notebook_and_its_kernel_says_nothing(lab: Lab) -> None:
    """Neither trust nor plain sockets are a student's concern; what goes wrong is still told."""
    lab.get("api/contents/01_unrolled/01_unrolled.ipynb")
    lab.get("api/contents/01_unrolled/01_unrolled.ipynb?type=notebook")
    kernel = json.loads(lab.post("api/kernels", {"name": "python3"}))["id"]
    channels = f"ws://127.0.0.1:{lab.port}/api/kernels/{kernel}/channels?token={lab.token}"

    async def hear() -> None:
        connection = await websocket_connect(channels)
        assert await connection.read_message() is not None  # it runs
        await hang_up(connection)

    asyncio.run(asyncio.wait_for(hear(), timeout=120))
    with pytest.raises(urllib.error.HTTPError, match="404"):
        lab.get("api/contents/nowhere.ipynb")
    assert lab.stop() == 0
    said = lab.terminal.before
    assert "nowhere.ipynb" in said
    assert "trusted" not in said
    assert "encryption" not in said


def test_only_the_settled_warnings_are_left_out() -> None:
    """An error passes whatever it says, and so does every other warning."""
    shown = {
        (level, message): Settled().filter(
            logging.LogRecord("ServerApp", level, "", 0, message, None, None)
        )
        for level in (logging.WARNING, logging.ERROR)
        for message in ("Notebook %s is not trusted", "Notebook %s is gone")
    }
    assert [key for key, value in shown.items() if not value] == [
        (logging.WARNING, "Notebook %s is not trusted")
    ]


def test_jupyterlab_s_terminal_finds_the_command(lab: Lab, work: Path) -> None:
    """The shell is no login shell, which would set a PATH of its own."""
    name = json.loads(lab.post("api/terminals", {}))["name"]
    address = f"ws://127.0.0.1:{lab.port}/terminals/websocket/{name}?token={lab.token}"
    found = work / "found.txt"

    async def ask() -> None:
        connection = await websocket_connect(address)
        await connection.write_message(
            json.dumps(["stdin", "command -v autograder > part; mv part found.txt\r"])
        )
        while not found.exists():
            await connection.read_message()
        await hang_up(connection)

    asyncio.run(asyncio.wait_for(ask(), timeout=120))
    assert found.read_text().strip() == str(Path(sys.executable).parent / "autograder")


def test_a_relative_list_of_names_reaches_the_notebooks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kernels run in other folders, so the path is made absolute where it was given."""
    monkeypatch.chdir(tmp_path)
    environment = jupyter_environment(tmp_path / "work", {"NAMES_FILE": "mine.txt"})
    assert environment["NAMES_FILE"] == str(tmp_path / "mine.txt")


def test_search_paths_of_the_user_stay_behind_ours(tmp_path: Path) -> None:
    """What was set before is kept, in second place."""
    given = {"JUPYTER_PATH": "a", "JUPYTER_CONFIG_PATH": "b", "PATH": "c"}
    environment = jupyter_environment(tmp_path, given)
    assert environment["JUPYTER_PATH"] == os.pathsep.join([str(tmp_path / ".jupyter"), "a"])
    assert environment["JUPYTER_CONFIG_PATH"].endswith(os.pathsep + "b")
    assert environment["PATH"] == os.pathsep.join([str(Path(sys.executable).parent), "c"])
