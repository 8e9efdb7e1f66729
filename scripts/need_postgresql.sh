#!/bin/sh
# Make sure that PostgreSQL's programs are there, for the tests that start a server of their own.
set -eu

for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin; do
    if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then
        exit 0
    fi
done
if command -v initdb >/dev/null 2>&1 && command -v postgres >/dev/null 2>&1; then
    exit 0
fi
exec "$(dirname "$0")/apt_install.sh" postgresql
