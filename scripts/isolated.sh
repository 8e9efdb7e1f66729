#!/bin/sh
# Run a command without the settings of the person at the keyboard: what is tested or committed must not
# depend on their IPython start-up files, Jupyter configuration or list of names.
set -eu

IPYTHONDIR="$(pwd -P)/build/ipython"
JUPYTER_CONFIG_DIR="$(pwd -P)/build/jupyter"
export IPYTHONDIR JUPYTER_CONFIG_DIR
mkdir -p "$IPYTHONDIR" "$JUPYTER_CONFIG_DIR"
unset NAMES_FILE
exec "$@"
