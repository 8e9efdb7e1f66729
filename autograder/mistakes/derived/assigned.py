"""The trace of a variable that is assigned twice, so that the second line undoes the first."""

__all__ = ["assigned_twice"]

# A start from nothing is not thrown away, and of the branches of a condition one assigns.
_NOTHING = (
    r"(?:None|0|0\.0?"
    r"|[\w.]*\b(?:new_)?(?:zeros|empty)(?:_like)?\((?:[^()\n]|\((?:[^()\n]|\([^()\n]*\))*\))*\))"
    r"[ \t]*$"
)
_BRANCH = r"^[ \t]*(?:else|elif|except|case)\b"


def assigned_twice(name: str) -> str:
    """A regular expression for a cell that gives ``name`` a part of a sum, and then another."""
    first = rf"^[ \t]*{name}[ \t]*=(?!=)(?![ \t]*{_NOTHING})"
    again = rf"^\s*{name}(?:\[[^\n=]*\])?\s*=(?!=)(?![^\n]*\b{name}\b)"
    return rf"(?m){first}(?:(?!{_BRANCH})[\s\S])*?{again}"
