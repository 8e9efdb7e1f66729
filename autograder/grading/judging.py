"""A judging process for programs that grade one submission now and then, such as a server."""

from __future__ import annotations

import atexit
import threading
from typing import Any

from autograder.grading.batch.pool import Pool

__all__ = ["judge_one"]

_IDLE = 600.0  # seconds after which the process is ended; starting another one takes a few

_lock = threading.Lock()
_pools: dict[str, Pool] = {}
_timers: list[threading.Timer] = []


def judge_one(job: dict[str, Any], sandbox: str) -> dict[str, Any]:
    """The answer to a job, see ``worker``. Raises GradingError when nothing can be judged here."""
    with _lock:
        _stop_timers()
        pool = _pools.get(sandbox)
        if pool is None or not pool.alive:
            pool = _start(sandbox)
        pool.give(job)
        result = pool.answers.get().result
        timer = threading.Timer(_IDLE, _end)
        timer.daemon = True
        timer.start()
        _timers.append(timer)
    return result


def _start(sandbox: str) -> Pool:
    pool = Pool(sandbox, 1)
    try:
        pool.wait()
    except BaseException:
        pool.close()
        raise
    _pools[sandbox] = pool
    return pool


def _stop_timers() -> None:
    while _timers:
        _timers.pop().cancel()


@atexit.register
def _end() -> None:
    """End the judging processes."""
    with _lock:
        _stop_timers()
        while _pools:
            _pools.popitem()[1].close()
