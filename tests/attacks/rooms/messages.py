"""Forging a score behind the grader's questions: forged answers, stolen right answers."""

from __future__ import annotations

from tests.attacks.attack import Attack, cell

__all__ = ["ATTACKS"]

# Where upstream gradients are consistent, the right gradient of a step is there from the next cell
# on: in the third state and the fourth. A cell keeps it where no snapshot takes it away, feigns
# that its time is up, and hopes that the same state comes again.
_KEEP = cell("""
    import builtins
    import torch
    _kept = builtins.__dict__.setdefault("kept", {})
    _state = float(probs.sum() + probs[0, 0])
    _new = _state not in _kept
    if _new and isinstance(check, type):
        _kept[_state] = {k: v.clone() for k, v in globals().items() if isinstance(v, torch.Tensor)}
    """)
_REPEAT = (
    _KEEP
    + "\n"
    + cell("""
    from autograder.grading.runner import requests as _requests
    _honest = _requests.Requests._ended
    def _feign(self, error):
        _requests.Requests._ended = _honest
        self._alarm.rang = True
        return _honest(self, error)
    if _new and isinstance(check, type) and len(_kept) > 2:
        _requests.Requests._ended = _feign
    """)
)


def _stolen(step: str) -> str:
    return cell(f"""
        import builtins
        _state = builtins.__dict__.get("kept", {{}}).get(float(probs.sum() + probs[0, 0]), {{}})
        {step} = _state.get("{step}")
        """)


_STEAL = ("dprobs", "dcounts_sum", "dnorm_logits", "dlogits", "dW2")

# Patches what packs the answers. The grader asks by a random number, which is in every request.
_PACK = """
    from autograder.grading.runner import requests as _requests
    _requests.describe_value = lambda frame, value, depth=4: {tree}
    """
_TREES = {
    "a number of 400 digits": '{"scalar": 10**400, "type": "int"}',
    "a number too large for a double": '{"scalar": 1e999, "type": "float"}',
    "true": '{"scalar": True, "type": "Tensor"}',
    "what was given": '{"as_given": True}',
    "a shape with no entries and no bounds": (
        '{"tensor": frame.attach(b""), "dtype": "float64", "shape": [0] + [2**24] * 7}'
    ),
    "a shape that does not fit": (
        '{"tensor": frame.attach(bytes(8)), "dtype": "float64", "shape": [2**20, 2**20]}'
    ),
    "a blob that is not there": '{"tensor": 99, "dtype": "float64", "shape": [1]}',
    "a dtype that is code": ('{"tensor": frame.attach(b""), "dtype": "__import__", "shape": [0]}'),
    "lists in lists in lists": '{"items": [{"items": []}] * 64, "type": "list"}',
    "a thousand levels": (
        "(lambda f: f(f, 1000))(lambda f, n: {'items': [f(f, n - 1)] if n else []})"
    ),
    "a list in place of an object": "[1, 2, 3]",
    "a name of a megabyte": '{"other": "x" * 900_000}',
    "16 million zeros": (
        '{"tensor": frame.attach(bytes(60 << 20)), "dtype": "uint8", "shape": [60 << 20]}'
    ),
    "a function by name": '{"function": "autograder.stages.unrolled:draw_inputs"}',
}

_FLOOD = cell("""
    import gc, socket, struct, threading
    def flood(end):
        while True:
            try:
                end.send(struct.pack(">IQ", 2, 0) + b'{"to": "x", "status": "ok"}' * 1000)
            except OSError:
                return
    import os
    for number in range(3, 64):
        try:
            end = socket.socket(fileno=os.dup(number))
        except OSError:
            continue
        threading.Thread(target=flood, args=(end,), daemon=True).start()
    import time; time.sleep(0.5)
    """)

_HEADERS = {
    "a frame of 18 exabytes": 'struct.pack(">IQ", 2**32 - 1, 2**64 - 1)',
    "a header nested 100,000 deep": 'struct.pack(">IQ", 200_000, 0) + b"[" * 200_000',
    "a header that is no JSON": 'struct.pack(">IQ", 8, 0) + b"\\xff" * 8',
    "half a frame, then silence": 'struct.pack(">IQ", 8, 1000) + b"{"',
}


def _raw(message: str) -> str:
    return cell(f"""
        import os, socket, struct, time
        for number in range(3, 64):
            try:
                end = socket.socket(fileno=os.dup(number))
                end.sendall({message})
            except OSError:
                continue
        time.sleep(0.2)
        """)


# A notebook's cells run in one request, which all their answers repeat the number of.
_BEHIND = cell("""
    import gc, os, socket
    from autograder.grading.protocol import Frame, write_frame
    _asked = [o.header for o in gc.get_objects() if type(o) is Frame and "request" in o.header]
    _told = {"status": "ok", "error": "", "message": 0, "line": 0, "outputs": []}
    for _number in range(3, 64):
        try:
            _end = socket.socket(fileno=os.dup(_number))
        except OSError:
            continue
        for _header in _asked[-1:] * 50:
            write_frame(_end.sendall, Frame({"to": _header["request"], **_told}, [b""]))
    """)

_OUTCOMES = ("no effect", "no points", "cost points")

ATTACKS = (
    Attack(
        "right answers stolen by a feigned time-out",
        "forging",
        _OUTCOMES,
        answers={name: _stolen(name) for name in _STEAL},
        after={"dW2": _REPEAT, "db2": _REPEAT, "dhpreact": _REPEAT},
    ),
    Attack(
        "right answers kept from one state for the next",
        "forging",
        _OUTCOMES,
        answers={name: _stolen(name) for name in _STEAL},
        after={"dW2": _KEEP},
    ),
    *(
        Attack(f"forged value: {name}", "forging", _OUTCOMES, extra=cell(_PACK.format(tree=tree)))
        for name, tree in _TREES.items()
    ),
    *(
        Attack(
            f"forged value in stage {stage[:2]}: {name}",
            "forging",
            _OUTCOMES,
            extra=cell(_PACK.format(tree=_TREES[name])),
            stage=stage,
        )
        for name in _TREES
        for stage in ("00_warmup", "02_cross_entropy")
    ),
    Attack("forged answers for the cells behind it", "forging", _OUTCOMES, extra=_BEHIND),
    Attack(
        "forged answers for the cells behind it, in stage 00",
        "forging",
        _OUTCOMES,
        extra=_BEHIND,
        stage="00_warmup",
    ),
    Attack("a flood of forged answers", "forging", _OUTCOMES, extra=_FLOOD, short=True),
    *(
        Attack(f"forged message: {name}", "forging", _OUTCOMES, extra=_raw(message), short=True)
        for name, message in _HEADERS.items()
    ),
)
