#!/bin/sh
# Install Debian packages where that needs no password; else say in one sentence what to run, and exit 3.
set -eu

if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then
        as_root=""
    elif command -v sudo >/dev/null 2>&1 && sudo -n true >/dev/null 2>&1; then
        as_root="sudo -n"
    else
        echo "$* must be installed first: run 'sudo apt-get install $*', then the same command again." >&2
        exit 3
    fi
    echo "Installing Debian's $*." >&2
    # A list that cannot be refreshed may still be good enough: the installation itself decides.
    $as_root apt-get update -qq </dev/null >&2 || true
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq -y --no-install-recommends "$@" </dev/null >&2 && exit 0
    echo "apt-get could not install $*: its message is above; install it by hand, then run the same command again." >&2
    exit 3
fi
echo "$* must be installed first, and there is no apt-get here to do it: use this system's own package manager." >&2
exit 3
