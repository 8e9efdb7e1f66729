"""The report as one HTML page that loads nothing and runs nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, Template
from markupsafe import Markup, escape

from autograder.report.heat import MOST_ROWS, Group, Row, groups
from autograder.report.histogram import Bin, histogram_svg
from autograder.report.looks import LOOKS
from autograder.report.roster import Item

__all__ = ["render_report"]

_MOST_MISTAKES = 150  # cards on the page; rarer mistakes are in the JSON
_SHOWN_FIRST = 12  # cards that are not folded away
_MOST_LISTED = 500  # students under one reason
_OPEN = 12  # a list of so few is not folded away
_BARS = {
    "right": "right",
    "part": "right in part",
    "wrong": "wrong",
    "look": "ended, or made with autograd",
    "open": "not done, or not graded yet",
}
# What would write text into another direction, and what is no character at all.
_UNSEEN = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufffe\uffff]"
)


def render_report(data: Mapping[str, Any]) -> str:
    """The page for what ``contents`` gave. All of it that anybody wrote is text in it."""
    data = _readable(data)
    steps = data["steps"]
    items = [Item(s["name"], s["name"], s["max_points"], s["manual"]) for s in steps]
    rows = [_row(student, items) for student in data["students"]]
    many = len(rows) > MOST_ROWS
    scores = data["scores"]
    found = [Bin(**each) for each in scores["histogram"]]
    return _template().render(
        data=data,
        many=many,
        rows=rows,
        groups=groups(rows, items) if many else [],
        looks=LOOKS,
        used=[look for look in LOOKS if any(look in step["answers"] for step in steps)],
        histogram=Markup(histogram_svg(found, scores["median"])) if rows else "",
        cards=data["mistakes"][:_MOST_MISTAKES],
        rarer=data["mistakes"][_MOST_MISTAKES:],
        shown_first=_SHOWN_FIRST,
        most_listed=_MOST_LISTED,
        few=_OPEN,
        bars=_BARS,
        style=Markup(_style()),
    )


def _row(student: Mapping[str, Any], items: list[Item]) -> Row:
    steps = [student["steps"][item.name] for item in items]
    looks = tuple(step["look"] for step in steps)
    points = tuple(step["points"] for step in steps)
    return Row(student["student"], student["score"], looks, points)


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "number": _number,
        "percent": _percent,
        "level": _level,
        "marked_up": _marked_up,
        "bar": _bar,
        "missed": _missed,
        "sentence": _sentence,
        "score_range": _score_range,
    }
    return environment.from_string(_resource("page.html.jinja"))


@cache
def _style() -> str:
    return _resource("page.css")


def _resource(name: str) -> str:
    return files("autograder.report").joinpath(name).read_text("utf-8")


def _readable(value: Any) -> Any:
    """The same data with signs that can be shown."""
    if isinstance(value, str):
        return _UNSEEN.sub("�", value)
    if isinstance(value, Mapping):
        return {_readable(key): _readable(each) for key, each in value.items()}
    return [_readable(each) for each in value] if isinstance(value, list) else value


def _number(value: float | None) -> str:
    return "–" if value is None else f"{round(value, 2):g}"


def _percent(value: float | None) -> str:
    """A share in percent, without the sign; 100 and 0 only where it is all or nothing."""
    if value is None:
        return "–"
    whole = round(100 * value)
    return str(min(max(whole, 1 if value > 0 else 0), 100 if value >= 1 else 99))


def _level(value: float | None) -> str:
    """The class of a share's color, from l0 to l10."""
    return "none" if value is None else f"l{int(10 * min(max(value, 0.0), 1.0) + 1e-9)}"


def _marked_up(sentence: str) -> Markup:
    """`Names` in code type, all else as text."""
    parts = str(escape(sentence)).split("`")
    return Markup(
        "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))
    )


def _sentence(message: str) -> str:
    """With a capital letter, unless a name in code type comes first."""
    return message[:1].upper() + message[1:]


def _missed(row: Row, names: list[str]) -> str:
    """What a row's letters say, in words for who hears them."""
    left = [
        f"{name} {LOOKS[look].word}"
        for name, look in zip(names, row.looks, strict=True)
        if LOOKS[look].color != "right"
    ]
    if not left:
        return "all right"
    return ", ".join(left) if len(left) <= 8 else f"{len(left)} steps not right"


def _score_range(group: Group) -> str:
    """The scores in a group."""
    high, low = _number(group.rows[0].score), _number(group.rows[-1].score)
    return high if high == low else f"{low}–{high}"


def _bar(answers: Mapping[str, int]) -> Markup:
    """How many answers are right, wrong and so on, as a bar."""
    total = sum(answers.values())
    counted = dict.fromkeys(_BARS, 0)
    for look, number in answers.items():
        counted[LOOKS[look].color] += number
    x, parts = 0.0, []
    for color, number in counted.items():
        width = 160 * number / total if total else 0.0
        if number:
            parts.append(f'<rect class="bar-{color}" x="{x:.1f}" width="{width:.1f}" height="14"/>')
        x += width
    told = ", ".join(f"{number} {LOOKS[look].word}" for look, number in answers.items())
    return Markup(
        f'<svg class="stack" viewBox="0 0 160 14" role="img" aria-label="{escape(told)}">'
        f"<title>{escape(told)}</title>{''.join(parts)}</svg>"
    )
