# Make the virtual environment $1 with the Python $2; without $2, with the first one on PATH that is new enough.
# It is a shell script because it has to run before there is a Python to rely on.
set -eu

venv=$1
chosen=${2:-}
new_enough='import sys; sys.exit(sys.version_info < (3, 11))'

if [ -n "$chosen" ]; then
    if ! "$chosen" -c 'pass' 2>/dev/null; then
        echo "PYTHON=$chosen does not start." >&2
        exit 1
    fi
    if ! "$chosen" -c "$new_enough"; then
        echo "mizan_htmx needs Python 3.11 or newer; PYTHON=$chosen is $("$chosen" --version 2>&1)." >&2
        exit 1
    fi
else
    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if "$name" -c "$new_enough" 2>/dev/null; then
            chosen=$name
            break
        fi
    done
    if [ -z "$chosen" ]; then
        echo "mizan_htmx needs Python 3.11 or newer, and there is none on PATH (python3 is:" \
            "$(python3 --version 2>&1 || true)). Name one: make PYTHON=/path/to/python3.12" >&2
        exit 1
    fi
fi

# Debian keeps ensurepip, without which an environment has no pip, in a package of its own.
if ! "$chosen" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "$("$chosen" --version) comes without the venv module. On Debian and Ubuntu: apt-get install python3-venv" >&2
    exit 1
fi

echo "Making $venv with $("$chosen" --version) …"
"$chosen" -m venv "$venv"
