"""What was measured of grading, to be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.bench.grading import per_one

__all__ = ["grading_table", "scale_table"]

_WIDTH = 46


def grading_table(found: Mapping[str, Any]) -> str:
    """Ours against nbgrader's, with the targets beside."""
    count, sample = found["submissions"], found["stock_sample"]
    lines = [
        f"grading {count} submissions of stage 01: average seconds for one of them",
        f"  (nbgrader did {sample} of them; its time for {count} is that of the first and "
        f"{count - 1} times that of one more)",
    ]
    for key, title, target in (
        ("autograde", "verdict and gradebook", 50),
        ("with_feedback", "and with feedback pages", 30),
    ):
        told = found[key]
        lines.append(_line(title, f"{told['times']:.0f} times as many (target: {target})"))
        for whose, who in (("stock", "nbgrader"), ("ours", f"autograder --jobs {found['jobs']}")):
            seconds, more = told[f"{whose}_seconds"], told[f"{whose}_marginal"]
            lines.append(_line(f"  {who}", f"{seconds:.3f} s, one more {more:.3f} s"))
        lines.append(_line("  one more against one more", f"{told['times_marginal']:.0f} times"))
    cpu, one = found["cpu_ms"], found["one"]
    lines += [
        "",
        "processor time and memory of one submission, without feedback",
        _line("all processes, start included", f"{cpu['whole']:.0f} ms (target: 300)"),
        _line("all processes, one more", f"{cpu['marginal']:.0f} ms"),
        _line("  the submission's own process", f"{one['child_ms']:.0f} ms"),
        _line("  the judge", f"{one['judge_ms']:.0f} ms"),
        _line("a bare fork that executes its cells", f"{one['bare_fork_ms']:.0f} ms"),
        _line(
            "the submission's process over that",
            f"{one['child_over_bare_fork']:.1f} times (target: 2)",
        ),
        _line("private memory at most", f"{one['private_mb']:.0f} MB (target: 100)"),
        _line("autograder --help", f"{found['help_seconds']:.2f} s (target: 0.3)"),
        f"  ({found['scores_compared']} scores are as they must be)",
    ]
    return "\n".join(lines)


def scale_table(found: Mapping[int, float]) -> str:
    """How the time for one submission grows with the batch."""
    lines = ["seconds for one submission, without the start of the command"]
    lines += [_line(f"{count} submissions", f"{told:.3f} s") for count, told in found.items()]
    lines.append(_line("largest over smallest", f"{per_one(found):.2f} (target: 1.10)"))
    return "\n".join(lines)


def _line(title: str, told: str) -> str:
    return f"  {title:<{_WIDTH}}{told}"
