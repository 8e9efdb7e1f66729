"""``python -m autograder.bench.bare_fork``: forks that only execute cells, as a floor to compare.

Reads JSON: ``{"locked": [source, ...], "submissions": [[source, ...], ...]}``. The locked cells run
once; then each submission's cells run in a fork by plain ``exec``, figures drawn as a notebook
draws them, with no sandbox, no judge and nobody told of the results. Writes the processor seconds
of each fork as a JSON list.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

__all__ = ["fork_seconds"]


def fork_seconds(sources: Sequence[str], namespace: dict[str, Any]) -> float:
    """Execute cells in a fork; returns its processor seconds. What they raise is not looked at."""
    child = os.fork()
    if child == 0:
        _execute(sources, namespace)
    _, _, usage = os.wait4(child, 0)
    return float(usage.ru_utime + usage.ru_stime)


def _execute(sources: Sequence[str], namespace: dict[str, Any]) -> NoReturn:
    from matplotlib import pyplot
    from matplotlib_inline.backend_inline import flush_figures

    try:
        for source in sources:
            try:
                exec(compile(source, "<cell>", "exec"), namespace)
            except Exception:
                continue  # an answer that fails fails; the next cell runs all the same
            if pyplot.get_fignums():
                flush_figures()  # type: ignore[no-untyped-call]  # matplotlib-inline's
    finally:
        os._exit(0)


def main() -> None:
    """Read, run, write."""
    import torch

    from autograder.grading.runner.shell import make_shell
    from autograder.grading.runner.warm import import_everything, warm_up

    answers, work = os.fdopen(os.dup(1), "w"), json.load(sys.stdin)
    torch.set_num_threads(1)
    import_everything()
    shell = make_shell()
    warm_up(shell)
    namespace: dict[str, Any] = shell.user_ns
    for source in work["locked"]:
        exec(compile(source, "<locked cell>", "exec"), namespace)
    gc.collect()
    gc.freeze()
    seconds = [fork_seconds(sources, namespace) for sources in work["submissions"]]
    with answers:
        json.dump(seconds, answers)


if __name__ == "__main__":
    main()
