#!/bin/sh
# Make sure that a Chromium is there for the browser tests.
set -eu

for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done
exec "$(dirname "$0")/apt_install.sh" chromium fonts-liberation
