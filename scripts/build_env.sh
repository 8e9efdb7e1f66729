#!/bin/sh
# Build .venv with the versions of constraints.txt. Called by `make env`, from the checkout's root.
#
#   PYTHON       the interpreter to use; without it python3.11, or python3 where that is 3.11 or newer
#   TORCH_INDEX  where to take torch from, if not from where pip takes everything else
#
# .venv/.complete is written last and holds the checkout's path. Without it, or after the checkout has
# moved, .venv is built anew, so an interrupted build mends itself.
set -eu

here="$(pwd -P)"

say() { printf '%s\n' "$*" >&2; }

new_enough() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

choose_python() {
    if [ -n "${PYTHON:-}" ]; then
        new_enough "$PYTHON" && return
        say "make env needs Python 3.11 or newer, and PYTHON=$PYTHON is not that: name another one."
        exit 3
    fi
    for PYTHON in python3.11 python3; do
        new_enough "$PYTHON" && return
    done
    say "make env needs Python 3.11 or newer, and neither python3.11 nor python3 is that:" \
        "install it, or name one with 'make env PYTHON=/path/to/python'."
    exit 3
}

# Debian ships Python without ensurepip; its python3-venv packages bring it.
need_ensurepip() {
    "$PYTHON" -c 'import ensurepip, venv' >/dev/null 2>&1 && return
    package="$("$PYTHON" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
    scripts/apt_install.sh "$package" || exit 3
    "$PYTHON" -c 'import ensurepip, venv' >/dev/null 2>&1 && return
    say "$PYTHON cannot make virtual environments even with $package installed:" \
        "name another Python with 'make env PYTHON=/path/to/python'."
    exit 3
}

complete() {
    [ -x .venv/bin/python ] && [ -f .venv/.complete ] && [ "$(cat .venv/.complete)" = "$here" ]
}

pip_install() {
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input "$@" || {
        say "pip could not install the course's packages into .venv: its message is above;" \
            "run 'make env' again once it is mended."
        exit 3
    }
}

unset PYTHONHOME PYTHONPATH
if ! complete; then
    choose_python
    need_ensurepip
    say "Building .venv with $("$PYTHON" --version); this takes a few minutes."
    rm -rf .venv
    "$PYTHON" -m venv .venv
fi
rm -f .venv/.complete
if [ -n "${TORCH_INDEX:-}" ]; then
    pip_install --no-deps --index-url "$TORCH_INDEX" --constraint constraints.txt torch
fi
# The build backend comes first, so that installing the course itself needs no second environment.
pip_install --constraint constraints.txt hatchling editables
pip_install --constraint constraints.txt --no-build-isolation --editable '.[dev]'
printf '%s\n' "$here" > .venv/.complete
# Only whoever grades needs it, so that its lack is no failure.
scripts/need_bubblewrap.sh ||
    say "The course works without bubblewrap; grading submissions does not."
say "The environment is ready in .venv."
