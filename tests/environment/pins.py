"""What the files of the environment say, read into plain dictionaries and sets."""

import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]


def normalized(name: str) -> str:
    """A distribution's name as pip compares it: lower-case, with single hyphens."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lines: list[str]) -> dict[str, str]:
    """Normalized name -> version of every ``name==version`` line; any other line is an error."""
    split = [line.split("==") for line in lines if line.strip() and not line.startswith("#")]
    return {normalized(name): version.strip() for name, version in split}


def constraints() -> dict[str, str]:
    """The pins of constraints.txt."""
    return pins((ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines())


def project() -> dict[str, Any]:
    """The ``[project]`` table of pyproject.toml."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        table: dict[str, Any] = tomllib.load(file)["project"]
    return table


def conda() -> tuple[list[str], list[str]]:
    """environment.yml's conda requirements, and those it leaves to pip."""
    stated = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    (by_pip,) = (item["pip"] for item in stated if isinstance(item, dict))
    return [item for item in stated if isinstance(item, str)], by_pip


def required(requirements: list[str]) -> set[str]:
    """The normalized names in a list of requirements."""
    return {normalized(re.match(r"[\w.-]+", line)[0]) for line in requirements}  # type: ignore[index]
