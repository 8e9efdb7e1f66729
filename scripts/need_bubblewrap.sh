#!/bin/sh
# Make sure that bubblewrap is there, which keeps the code of submissions apart while they are graded.
set -eu

if command -v bwrap >/dev/null 2>&1; then
    exit 0
fi
if [ "$(uname -s)" != Linux ]; then
    echo "Submissions can only be graded safely on Linux (a virtual machine or WSL 2 will do)." >&2
    exit 3
fi
exec "$(dirname "$0")/apt_install.sh" bubblewrap
