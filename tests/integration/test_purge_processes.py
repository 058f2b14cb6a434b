"""Purging where processes begin and end: a prefork server's children, and an interpreter's exit."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.cdns import Fastly
from tests.helpers.edges import Reply, serving

ROOT = Path(__file__).resolve().parents[2]

# A site with one public context behind Fastly; what a test does with it comes after.
SITE = """
import os, signal, sys, threading
import django
from django.conf import settings

settings.configure(
    SECRET_KEY="only for this test",
    INSTALLED_APPS=["mizan_htmx"],
    MIZAN_EDGE={"default": {
        "BACKEND": "mizan_htmx.edge.backends.fastly.FastlyEdge",
        "OPTIONS": {
            "service": "SU1Z0isxPaozGVKXdv0eY", "token": "fastly-token-1", "api": os.environ["API"],
            "repeat_after": None,
        },
    }},
)
django.setup()

from mizan_htmx import Context, client, register
from mizan_htmx.edge import purge_queue
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.invalidation.transactions import publish_on_commit

@client(context=Context("user", public=True))
def user_name(request, user_id: int) -> str:
    return "Ada"

register(user_name)
purge_queue.connect()

def say(number):
    publish_on_commit((Invalidation.of("user", user_id=number),))
"""


@pytest.fixture
def fastly() -> Iterator[Fastly]:
    """Start a server of Fastly's."""
    with serving(Fastly()) as cdn:
        yield cdn


def run(script: str, cdn: Fastly) -> str:
    """Run a script behind a server; give what it wrote to standard error."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", SITE + script],
        cwd=ROOT,
        env={"API": cdn.url, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def keys(cdn: Fastly) -> list[str]:
    """List the keys that the server was asked to purge."""
    return sorted(key for call in cdn.calls for key in call.json["surrogate_keys"])


def test_what_is_left_is_said_when_the_interpreter_exits(fastly: Fastly) -> None:
    assert run("say(5)\nsay(6)", fastly) == ""
    assert keys(fastly) == ["user;user_id=5", "user;user_id=6"]


def test_what_there_was_no_time_for_is_logged(fastly: Fastly) -> None:
    fastly.troubles.append(Reply(503, headers={"Retry-After": "60"}))
    said = run("purge_queue.EXIT_SECONDS = 0.5\nsay(5)", fastly).splitlines()
    assert said[-1] == "user;user_id=5 was not purged when the process ended"


PREFORK = """
say(1)
assert purge_queue.drain(60)
children = []
for number in (2, 3):
    child = os.fork()
    if not child:
        say(number)
        sys.exit()
    children.append(child)
assert all(os.waitpid(child, 0)[1] == 0 for child in children)
say(4)
"""


def test_children_of_a_prefork_server_purge_on_their_own(fastly: Fastly) -> None:
    run(PREFORK, fastly)
    assert keys(fastly) == [f"user;user_id={number}" for number in (1, 2, 3, 4)]


# Another thread holds the queue's lock at the fork, and does not exist on the other side.
BUSY = """
say(1)
queue, = purge_queue._own_queues()
former = dict(purge_queue._queues)
held, done = threading.Event(), threading.Event()

def hold():
    with queue._changed:
        held.set()
        done.wait()

threading.Thread(target=hold, daemon=True).start()
held.wait()
child = os.fork()
if not child:
    say(2)
    sys.exit()
assert os.waitpid(child, 0)[1] == 0
done.set()
"""


def test_a_fork_in_the_middle_of_a_purge_neither_blocks_the_child_nor_says_things_twice(
    fastly: Fastly,
) -> None:
    assert run(BUSY, fastly) == ""
    assert keys(fastly) == ["user;user_id=1", "user;user_id=2"]


WITHOUT_HOOKS = BUSY.replace("    say(2)", "    purge_queue._queues.update(former)\n    say(2)")


def test_servers_that_fork_behind_python_s_back_are_no_exception(fastly: Fastly) -> None:
    assert WITHOUT_HOOKS != BUSY
    assert run(WITHOUT_HOOKS, fastly) == ""
    assert keys(fastly) == ["user;user_id=1", "user;user_id=2"]


GRACEFUL = """
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
say(5)
os.kill(os.getpid(), signal.SIGTERM)
threading.Event().wait(10)
"""


def test_a_worker_that_is_stopped_purges_first(fastly: Fastly) -> None:
    assert run(GRACEFUL, fastly) == ""
    assert keys(fastly) == ["user;user_id=5"]
