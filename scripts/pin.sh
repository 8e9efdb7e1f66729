#!/bin/sh
# Write constraints.txt anew: the newest versions that go together, with the torch that TORCH names.
# Called by `make constraints`, from the checkout's root. It builds an environment of its own, with the
# interpreter PYTHON names. Take the oldest that is supported, Debian 12's 3.11.2: some packages have
# dropped early releases of 3.11, and pip then picks their last version that still runs there.
set -eu

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
if [ -z "${TORCH:-}" ]; then
    TORCH="$(sed -n 's/^torch==//p' constraints.txt)"
fi
"${PYTHON:-/usr/bin/python3.11}" -m venv "$scratch/venv"
"$scratch/venv/bin/python" -m pip install --quiet --disable-pip-version-check "torch==$TORCH" hatchling editables
"$scratch/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-build-isolation --editable '.[dev]'
# Python 3.11's environments are born with an old setuptools, which freezes only under --all.
"$scratch/venv/bin/python" -m pip freeze --all --exclude-editable --exclude pip > "$scratch/frozen"
{
    sed -n '/^#/p' constraints.txt
    # A build's local tag, such as torch's "+cpu", is this machine's business.
    sed 's/+[a-z0-9.]*$//' "$scratch/frozen" | LC_ALL=C sort -f
} > "$scratch/constraints.txt"
cp "$scratch/constraints.txt" constraints.txt
echo "constraints.txt is written; environment.yml repeats some of its pins (make unit tells which)."
