#!/bin/sh
# Install Nidankai into PREFIX, for Dockerfile and systemd: an environment with locked packages, a folder for the data
# and, as root, the user that owns it. Running it again updates the copy and keeps the data.
#
#   sh deploy/install.sh            # as root: /opt/nidankai, data in /var/lib/nidankai
#   PREFIX=~/nidankai DATA=~/nidankai-data sh deploy/install.sh
#
# PYTHON is the interpreter (3.11 or newer), OWNER the user.
set -eu

PREFIX=${PREFIX:-/opt/nidankai}
DATA=${DATA:-/var/lib/nidankai}
OWNER=${OWNER:-nidankai}
PYTHON=${PYTHON:-python3}
SOURCE=$(cd "$(dirname "$0")/.." && pwd)

fail() {
    echo "install.sh: $1" >&2
    exit 1
}

is_root() {
    [ "$(id -u)" -eq 0 ]
}

# A bare Debian has no Python, or one that cannot make environments.
if ! "$PYTHON" -c 'import ensurepip' 2>/dev/null && is_root && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends python3 python3-venv ca-certificates
fi
"$PYTHON" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "$PYTHON is not Python 3.11 or newer with venv; set PYTHON, or install python3-venv"

"$PYTHON" -m venv "$PREFIX"
pip() {
    "$PREFIX/bin/python" -m pip --disable-pip-version-check --quiet "$@"
}
pip install --require-hashes --requirement "$SOURCE/requirements.txt" --requirement "$SOURCE/requirements-postgres.txt"
# Without its requirements: they are installed.
pip install --force-reinstall --no-deps "$SOURCE"

if is_root; then
    id "$OWNER" >/dev/null 2>&1 ||
        useradd --system --user-group --home-dir "$DATA" --no-create-home --shell /usr/sbin/nologin "$OWNER"
fi
if [ ! -e "$DATA" ]; then # a folder that exists keeps its mode and owner: it may be anybody's
    mkdir -p "$DATA"
    chmod 700 "$DATA"
    if is_root; then
        chown "$OWNER:$OWNER" "$DATA"
    fi
fi
"$PREFIX/bin/nidankai" --version
