"""A PostgreSQL server of our own: in a temporary folder, on a socket there, as an ordinary user."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

_SECONDS = 60.0


def programs() -> Path:
    """The folder of PostgreSQL's programs, the newest version's."""
    candidates = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    found = [path for path in candidates if (path / "postgres").is_file()]
    on_path = shutil.which("postgres")
    if not found and on_path:
        found = [Path(on_path).resolve().parent]
    assert found, "there is no PostgreSQL here: install Debian's package `postgresql`"
    return max(found)


def _user() -> pwd.struct_passwd:
    """Who the server runs as: not root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    return pwd.getpwnam("nobody")


@pytest.fixture(scope="session")
def server() -> Iterator[Path]:
    """A running server; the folder of its socket."""
    user, bin_folder = _user(), programs()
    # Not pytest's own folder: its parents are closed to others, and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    if os.geteuid() == 0:
        os.chown(folder, user.pw_uid, user.pw_gid)
        who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    else:
        who = {}
    data = folder / "data"
    log = (folder / "log").open("wb")
    process = None
    try:
        subprocess.run(
            [bin_folder / "initdb", "--pgdata", data, "--username", "grader", "--auth", "trust",
             "--encoding", "UTF8", "--locale", "C", "--no-sync"],
            check=True, cwd=folder, stdout=log, stderr=log, **who,
        )  # fmt: skip
        process = subprocess.Popen(
            [bin_folder / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=",
             "-c", "fsync=off"],
            cwd=folder, stdout=log, stderr=log, **who,
        )  # fmt: skip
        _wait(folder, process)
        yield folder
    finally:
        if process is not None:
            process.terminate()
            process.wait(timeout=_SECONDS)
        log.close()
        shutil.rmtree(folder)


def _wait(folder: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            psycopg.connect(host=str(folder), user="grader", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            told = (folder / "log").read_text(errors="replace")
            assert process.poll() is None, f"the server ended:\n{told}"
            assert time.monotonic() < deadline, f"the server does not answer:\n{told}"
            time.sleep(0.1)


@pytest.fixture
def db_url(server: Path, request: pytest.FixtureRequest) -> str:
    """The address of an empty database on the server."""
    name = request.node.name
    with psycopg.connect(
        host=str(server), user="grader", dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"postgresql+psycopg://grader@/{name}?host={server}"
