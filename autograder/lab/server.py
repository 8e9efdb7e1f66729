"""JupyterLab for students: on the landing page, without news, instructor tools or the network.

The settings are the files in `config/`, which JUPYTER_CONFIG_PATH puts before all others. What
Jupyter itself writes (settings a student changes, the arrangement of tabs, the kernel's
description) goes to `work/.jupyter/`: neither the student's own `~/.jupyter` nor the Python
environment is touched, and nothing in them can break the course.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from autograder.lab.files import replace
from autograder.names import NAMES_FILE_VARIABLE

__all__ = ["ServerMissing", "jupyter_command", "jupyter_environment", "serve"]

_CONFIG = Path(__file__).resolve().parent / "config"


class ServerMissing(Exception):
    """JupyterLab cannot be started here; the message says what to install."""


def jupyter_command(arguments: Sequence[str]) -> list[str]:
    """The command that starts JupyterLab with this very interpreter."""
    command = [sys.executable, "-m", "jupyterlab"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # In containers and on rented machines one is root, where Jupyter refuses to start unasked.
        command.append("--allow-root")
    if os.name != "nt":
        # Started away from a terminal, Jupyter opens login shells, and /etc/profile may then set
        # a PATH of its own: `autograder` would not be found in JupyterLab's terminal.
        shell = json.dumps({"shell_command": [os.environ.get("SHELL") or "sh"]})
        command.append(f"--ServerApp.terminado_settings={shell}")
    return [*command, *arguments]


def jupyter_environment(work: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for the server and its kernels, made from the one given.

    A kernel named `python3` may be registered elsewhere, by another project or for the user, and
    would run notebooks with an interpreter that lacks this package. JUPYTER_PATH has the last word
    on kernels (JUPYTER_PREFER_ENV_PATH would lose to it), also for the Validate button, so the
    description of our own kernel is put first there.
    """
    private = work / ".jupyter"
    changed = dict(environment)
    changed["JUPYTER_CONFIG_DIR"] = str(private)
    for variable, folder in {"JUPYTER_CONFIG_PATH": _CONFIG, "JUPYTER_PATH": private}.items():
        before = environment.get(variable)
        changed[variable] = os.pathsep.join([str(folder), *([before] if before else [])])
    # `autograder` and `nbgrader` are then found in JupyterLab's terminal, whatever is activated.
    scripts = str(Path(sys.executable).parent)
    changed["PATH"] = os.pathsep.join([scripts, environment.get("PATH", os.defpath)])
    if names := environment.get(NAMES_FILE_VARIABLE):
        # Notebooks run in their own folders, where a relative path would lead elsewhere.
        changed[NAMES_FILE_VARIABLE] = str(Path(names).expanduser().absolute())
    return changed


def _describe_kernel(work: Path) -> None:
    """Write the description of the kernel `python3`: the interpreter that runs this."""
    from ipykernel.kernelspec import RESOURCES, get_kernel_dict

    folder = work / ".jupyter" / "kernels" / "python3"
    for logo in Path(RESOURCES).glob("logo-*"):
        replace(folder / logo.name, logo.read_bytes())
    # ipykernel warns at each start that its sockets, on this very machine, are plain text.
    description = get_kernel_dict(extra_arguments=["--log-level=ERROR"])
    # Anew at each start, because the environment may have moved since the last one.
    replace(folder / "kernel.json", json.dumps(description, indent=1).encode())


def serve(work: Path, arguments: Sequence[str]) -> int:
    """Run JupyterLab in `work` until it is stopped; returns its exit code.

    A stop that was asked for, with Ctrl-C or with SIGTERM to this process or the server, is 0.
    Raises ServerMissing if this interpreter has no JupyterLab or no kernel.
    """
    for module in ("jupyterlab", "ipykernel"):
        if importlib.util.find_spec(module) is None:
            raise ServerMissing(
                f"The package {module} is not installed for {sys.executable}; "
                f"run `{sys.executable} -m pip install {module}` and start again."
            )
    _describe_kernel(work)
    process = subprocess.Popen(
        jupyter_command(arguments), cwd=work, env=jupyter_environment(work, os.environ)
    )
    stopped = False

    def pass_on(number: int, frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True
        process.terminate()

    before = signal.signal(signal.SIGTERM, pass_on)
    try:
        while True:
            try:
                code = process.wait()
                if stopped or code == -signal.SIGTERM:
                    print("JupyterLab was asked to end, and has ended.", flush=True)
                    return 0
                return code
            except KeyboardInterrupt:
                # The server got the same Ctrl-C from the terminal and is shutting kernels down.
                continue
    finally:
        signal.signal(signal.SIGTERM, before)
        if process.poll() is None:
            process.terminate()
            process.wait()
