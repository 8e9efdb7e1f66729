"""What a solution notebook rests on, as one digest: when it differs, the stage is made again."""

import ast
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from autograder.authoring.errors import InfrastructureError
from autograder.authoring.layout import Checkout

__all__ = ["digest", "package_files"]

_PINS = ("ipython", "matplotlib", "numpy", "torch")  # what can change an output by itself
_PACKAGE = "autograder"


def _imported(source: str, module: str, is_package: bool) -> Iterator[str]:
    """The dotted names that a source text imports, each possibly a name inside a module."""
    package = module.split(".") if is_package else module.split(".")[:-1]
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return  # the kernel will say which cell it is in; nothing can be made of it before
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            yield name
            yield from (f"{name}.{alias.name}" for alias in node.names)


def _file(root: Path, module: str) -> Path | None:
    """The file of a module of the package, or None if ``module`` is no such thing."""
    if module.split(".")[0] != _PACKAGE:
        return None
    path = root.joinpath(*module.split("."))
    candidates = (path / "__init__.py", path.with_suffix(".py"))
    return next((file for file in candidates if file.is_file()), None)


def package_files(checkout: Checkout, stage: str) -> list[Path]:
    """The package's files that a stage's notebook can reach by import, sorted.

    The table of stages imports every stage; it is not followed, so that an edit of one stage
    does not make all the others again. The stage's own module and its figures are followed.
    """
    topic = stage.split("_", 1)[-1]
    waiting = [_PACKAGE, f"{_PACKAGE}.stages.{topic}", f"{_PACKAGE}.figures.{topic}"]
    text = checkout.authored(stage).read_text(encoding="utf-8")
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(("%", "!")))
    waiting += _imported(code, "__main__", is_package=False)
    found: dict[Path, None] = {}
    seen: set[str] = set()
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        file = _file(checkout.root, module)
        parent = module.rpartition(".")[0]
        if parent:
            waiting.append(parent)  # importing a module runs its packages first
        if file is None or file in found:
            continue
        found[file] = None
        if module != f"{_PACKAGE}.stages":
            source = file.read_text(encoding="utf-8")
            waiting += _imported(source, module, file.name == "__init__.py")
    return sorted(found)


def _pins(checkout: Checkout) -> str:
    """The lines of constraints.txt whose versions show in an output."""
    pattern = re.compile(rf"({'|'.join(_PINS)})\s*==", re.IGNORECASE)
    lines = (checkout.root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return "\n".join(sorted(line.strip() for line in lines if pattern.match(line)))


def digest(checkout: Checkout, stage: str) -> str:
    """``sha256:...`` over the authored file, the reachable package, the names and the pins."""
    total = hashlib.sha256()
    names = checkout.root / "data" / "names.txt"
    try:
        files = [checkout.authored(stage), names, *package_files(checkout, stage)]
        parts = [(checkout.relative(file), file.read_bytes()) for file in files]
        parts.append(("constraints.txt", _pins(checkout).encode()))
    except OSError as error:
        raise InfrastructureError(f"{stage}: {error.filename} cannot be read: {error}") from error
    for name, content in parts:
        for part in (name.encode(), content.replace(b"\r\n", b"\n")):
            total.update(len(part).to_bytes(8, "big") + part)
    return f"sha256:{total.hexdigest()}"
