"""Cheating: autograd in many disguises. Whatever computes the right gradient is to be flagged."""

from __future__ import annotations

from collections.abc import Mapping

from tests.attacks.attack import Attack, cell
from tests.attacks.rooms.disguises import DISGUISES

__all__ = ["ATTACKS"]

_FOUND = ("blocked", "flagged", "no points")

# `dhpreact`, the gradient through tanh, and other kernels that PyTorch differentiates with.
_KERNELS: Mapping[str, tuple[str, str]] = {
    "a kernel of aten": ("dembcat", "dembcat = torch.ops.aten.mm(dhprebn, W1.T)"),
    "the backward kernel of the softmax": (
        "dcounts_sum",
        "dcounts_sum = torch._softmax_backward_data(dprobs, probs, 1, torch.float64)[:, :1]",
    ),
    "the backward kernel of tanh": (
        "dhpreact",
        "dhpreact = torch.ops.aten.tanh_backward(dh, h)",
    ),
}

# No name of autograd's is in it, not even in parts that a constant expression puts together.
_ENGINE = """
    import sys
    def word(*parts): return "".join(parts)
    look = getattr
    def go(p, d):
        loaded = look(sys, word("mod", "ules"))
        mode = loaded.get(word("torch.auto", "grad.gr", "ad_mode"))
        look(mode, word("set_gr", "ad_enabled"))(True)
        p = p.clone()
        look(torch.Tensor.__base__, word("requires", "_gr", "ad_"))(p)
        graph = loaded.get(word("torch.auto", "grad.graph"))
        run = look(graph, word("_engine_run_", "back", "ward"))
        kept = {"allow_unreachable": True, word("accumulate_gr", "ad"): False}
        return run((p.log(),), (d,), False, False, (p,), **kept)[0]
    """
_HOOK = """
    def after(*_):
        space = get_ipython().user_ns
        if space.get("dprobs") is None and "dlogprobs" in space:
            space["dprobs"] = go(space["probs"], space["dlogprobs"])
    get_ipython().events.register("post_execute", after)
    """
_HELPER = cell("""
    class Tape:
        def __init__(self, value): self.value = torch.nn.Parameter(value.clone())
        def pull(self, function, d):
            with torch.inference_mode(False):
                y = function(self.value)
            y.backward(d)
            return self.value.grad
    """)

ATTACKS = (
    *(
        Attack(
            name,
            "cheating",
            _FOUND,
            answers={"dprobs": cell(source)},
            stock=True,
            slow="out.pt" in source,  # another process imports torch anew, in each state
        )
        for name, source in DISGUISES.items()
    ),
    *(
        Attack(name, "cheating", _FOUND, answers={step: source}, stock=True)
        for name, (step, source) in _KERNELS.items()
    ),
    Attack(
        "autograd in a helper cell",
        "cheating",
        _FOUND,
        extra=_HELPER,
        answers={"dprobs": "dprobs = Tape(probs).pull(torch.log, dlogprobs)"},
        stock=True,
    ),
    Attack(
        "the engine in a helper cell, by names put together",
        "cheating",
        _FOUND,
        extra=cell(_ENGINE),
        answers={"dprobs": "dprobs = go(probs, dlogprobs)"},
        stock=True,
    ),
    Attack(
        "the engine in a hook after each cell",
        "cheating",
        _FOUND,
        extra=cell(_ENGINE + _HOOK),
        answers={"dprobs": "dprobs = None"},
        stock=True,
    ),
)
