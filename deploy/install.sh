#!/bin/sh
# Sets up .venv/ in the checkout from the locked dependencies, and nothing outside it but what apt must install.
# Runs again only what changed: the environment carries a stamp of what it was made from.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo -n "$@"
    else return 1
    fi
}

apt_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    say "installing with apt: $*"
    { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null; }
}

find_python() {
    for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
        [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

python=$(find_python) || { apt_install python3 python3-venv && python=$(find_python); } || {
    say "Kulla needs Python 3.11 or newer. Install it (Debian, Ubuntu: apt-get install python3 python3-venv) and run this again."
    exit 1
}

stamp=$(cat requirements/*.txt pyproject.toml setup.py screening/index/packed/kernel/* deploy/install.sh | "$python" -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())')
if [ -x .venv/bin/kulla ] && [ "$(cat .venv/kulla.stamp 2>/dev/null || true)" = "$stamp" ]; then
    exit 0
fi

say "setting up .venv/ with $("$python" --version)"
if ! [ -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    rm -rf .venv
    "$python" -m venv .venv >/dev/null 2>&1 || {
        rm -rf .venv
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        apt_install "python$version-venv" || apt_install python3-venv || {
            say "Python's venv module is missing. Install it (Debian, Ubuntu: apt-get install python3-venv) and run this again."
            exit 1
        }
        "$python" -m venv .venv
    }
fi

pip() { .venv/bin/python -m pip --disable-pip-version-check --quiet "$@"; }
pip install --require-hashes -r requirements/build.txt -r requirements/runtime.txt -r requirements/development.txt
pip install --no-deps --no-build-isolation --editable .
printf '%s' "$stamp" > .venv/kulla.stamp
