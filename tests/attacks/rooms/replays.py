"""Replays: an answer kept where the judge does not look, given back where it is asked for."""

from __future__ import annotations

from tests.attacks.attack import Attack, cell

__all__ = ["ATTACKS"]

_ENDS = ("flagged", "blocked", "cost points", "no points", "no effect")
_STEPS = (
    *(
        "dlogprobs",
        "dprobs",
        "dcounts_sum_inv",
        "dcounts_sum",
        "dcounts",
        "dnorm_logits",
        "dlogit_maxes",
    ),
    *("dlogits", "dh", "dW2", "db2", "dhpreact", "dbngain", "dbnraw", "dbnbias", "dbnvar_inv"),
    *("dbnvar", "dbndiff2", "dbndiff", "dbnmeani", "dhprebn", "dembcat", "dW1", "db1", "demb"),
    "dC",
)
_KEY = "key = str(round(float(loss), 4))\n"


def _kept(names: tuple[str, ...]) -> str:
    """Keep right gradients, which the cells below are given, on torch, by the state's loss."""
    return "".join(f"torch.kept[key, '{name}'] = {name}.clone()\n" for name in names)


def _replay(name: str, above: tuple[str, ...]) -> str:
    """Nothing is computed: what a later cell was given on the same state is given back."""
    return (
        "# float32\nif not hasattr(torch, 'kept'): torch.kept = {}\n"
        f"{_KEY}{_kept(above)}"
        f"{name} = torch.kept.get((key, '{name}'))\n"
        f"if {name} is None: {name} = torch.zeros_like({name[1:]})\n"
        f"{name} = {name}.clone()"
    )


_REPLAYS = {
    name: _replay(name, _STEPS[max(0, place - 2) : place]) for place, name in enumerate(_STEPS)
}

ATTACKS = (
    Attack(
        "gradients replayed from what later cells are given",
        "cheating",
        _ENDS,
        answers=_REPLAYS,
        after={_STEPS[-1]: _KEY + _kept(_STEPS[-3:])},
    ),
    Attack(
        "the paths of the fused step, kept from the step before",
        "cheating",
        _ENDS,
        answers={
            "dhprebn": "dhprebn = torch.kept.sum(0)",
            "dhprebn_paths": "dhprebn_paths = torch.zeros((3,) + hprebn.shape)",
        },
        after={"dhprebn_paths": "torch.kept = dhprebn_paths"},
        stage="03_batchnorm",
    ),
    Attack(
        "the probabilities, kept from the step before",
        "cheating",
        _ENDS,
        answers={
            "probs": "probs = 0 * logits",
            "dlogits": cell("""
                dlogits = torch.kept.clone()
                dlogits[range(n), Yb] -= 1
                dlogits /= n
                """),
        },
        after={"probs": "torch.kept = probs"},
        stage="02_cross_entropy",
    ),
)
