"""``make mutation``: change the package one expression at a time, and see whether a unit test notices.

mutmut writes the mutants, all of a module into one file that calls one of them at run time. It would start
pytest for each. Here pytest collects the tests once, and each mutant runs in a fork of that process. That has
run no test, so that no cache holds what the package returned before. A mutant runs the tests that call its
function, the quickest first, until one fails.

``python -m tools.mutation`` runs all mutants; with words, those whose names contain one of them; with
``--sample 200`` so many of these, always the same.
"""

import argparse
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connections
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state
from mutmut.utils.format_utils import get_mutant_name, mangled_name_from_mutant_name

UNIT = "tests/unit"
#: What is changed, by the beginning of its path, and the tests that should notice.
MODULES = {
    "mizan_htmx/protocol/": (f"{UNIT}/protocol/",),
    "mizan_htmx/declarations/graph.py": (
        f"{UNIT}/declarations/test_graph.py",
        f"{UNIT}/declarations/test_graph_plans.py",
    ),
    "mizan_htmx/blocks/binding.py": (f"{UNIT}/blocks/test_binding.py", f"{UNIT}/blocks/test_nodes.py"),
    "mizan_htmx/invalidation/": (
        f"{UNIT}/invalidation/",
        f"{UNIT}/blocks/test_freshness.py",
        f"{UNIT}/caching/test_responses_mutations.py",
        f"{UNIT}/http/test_concurrency.py",
        f"{UNIT}/http/test_error_headers.py",
        f"{UNIT}/http/test_execution.py",
        f"{UNIT}/http/test_execution_commit.py",
        f"{UNIT}/http/test_lifecycle.py",
        f"{UNIT}/test_middleware.py",
        "tests/integration/transactions/",
    ),
}
COPY = Path("mutants")
COPIED = ("demo", "docs", "mizan_htmx", "static", "templates", "tests", "tools")
CHOSEN, CALLS, RESULTS, LOG = Path("chosen.json"), Path("calls.json"), Path("results.txt"), Path("pytest.log")
SEED = 14
PROCESSES = 2

KILLED, SURVIVED, TIMED_OUT, UNTESTED = "killed", "survived", "timed out", "no test"


def main() -> int:
    """Write the mutants, run the tests on each, and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("words", nargs="*", help="only mutants whose names contain one of these")
    parser.add_argument("--sample", type=int, help="so many of them")
    options = parser.parse_args()
    names = [name for name in write() if not options.words or is_meant(name, options.words)]
    if options.sample is not None and options.sample < len(names):
        names = sorted(random.Random(SEED).sample(names, options.sample))
    (COPY / CHOSEN).write_text(json.dumps(names), encoding="utf-8")
    tests = dict.fromkeys(test for name in names for test in tests_for(name))
    plugins = ("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "tools.mutation")
    with (COPY / LOG).open("w", encoding="utf-8") as log:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-s", "-o", "timeout=0", *plugins, *tests],
            cwd=COPY,
            env={**os.environ, "PYTHONPATH": str(COPY.resolve()), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=log,
            check=False,
        )
    if run.returncode:
        print((COPY / LOG).read_text(encoding="utf-8"))
    else:
        report(read_results())
    return run.returncode


def is_meant(name: str, words: list[str]) -> bool:
    """Return whether one of the words is the name or a part of it."""
    return any(name == each if "__mutmut_" in each else each in name for each in words)


def tests_for(name: str) -> tuple[str, ...]:
    """Return the beginnings of the paths of the tests that should notice a mutant."""
    path = f"{name.partition('.x')[0].replace('.', '/')}.py"
    return next(tests for module, tests in MODULES.items() if path.startswith(module))


def write() -> list[str]:
    """Copy the checkout, write the mutants into the copy, and return their names."""
    shutil.rmtree(COPY, ignore_errors=True)
    for name in COPIED:
        shutil.copytree(name, COPY / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", "var"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(name, COPY)
    names = []
    for path in sorted(
        each for each in Path("mizan_htmx").rglob("*.py") if each.as_posix().startswith(tuple(MODULES))
    ):
        made = mutate_file_contents(str(path), path.read_text(encoding="utf-8"))
        (COPY / path).write_text(made.code, encoding="utf-8")
        names += [get_mutant_name(path, each) for each in made.mutant_names]
    return names


def read_results() -> dict[str, str]:
    """Return what came of each mutant, by name."""
    lines = (COPY / RESULTS).read_text(encoding="utf-8").splitlines()
    return {name: result for name, _, result in sorted(line.partition("\t") for line in lines)}


def report(results: dict[str, str]) -> None:
    """Print a row for each module, and the names of the mutants that no test has killed."""
    modules = Counter((name.rpartition(".")[0], result) for name, result in results.items())
    for module in sorted({module for module, _ in modules}):
        counts = {result: modules[module, result] for result in (KILLED, TIMED_OUT, SURVIVED, UNTESTED)}
        print(f"{module:45}", *(f"{count} {result}".rjust(14) for result, count in counts.items()))
    for name, result in results.items():
        if result in (SURVIVED, UNTESTED):
            print(f"{result}: {name}")


# From here on a plugin of pytest, in the copy.


def pytest_configure() -> None:
    """Draw the same examples for each mutant; a failure is enough, without the smallest example of it."""
    phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
    hypothesis.settings.register_profile(
        "mutation", max_examples=40, derandomize=True, database=None, deadline=None, phases=phases
    )
    hypothesis.settings.load_profile("mutation")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Run the tests once to see which functions each calls, then those of each mutant."""
    child = os.fork()
    if not child:
        record_calls(session)
    if os.waitpid(child, 0)[1]:
        pytest.exit("A test fails without a mutant.", returncode=1)
    calls = json.loads(CALLS.read_text(encoding="utf-8"))
    items = {item.nodeid: item for item in session.items}
    running: dict[int, tuple[str, float]] = {}
    names = json.loads(CHOSEN.read_text(encoding="utf-8"))
    for name in names:
        called = mangled_name_from_mutant_name(name)
        tests = sorted(
            (each["seconds"], test)
            for test, each in calls.items()
            if called in each["functions"] and test.startswith(tests_for(name))
        )
        if not tests:
            note(name, UNTESTED)
            continue
        while len(running) >= PROCESSES:
            collect(running)
        seconds = sum(each for each, _ in tests)
        child = os.fork()
        if not child:
            run_mutant(session, name, [items[test] for _, test in tests], seconds)
        # However busy the machine is, a mutant that does not end is told from one that waits for its turn.
        running[child] = name, time.monotonic() + 90 + 30 * seconds
    while running:
        collect(running)
    Path(str(settings.DATABASES["default"]["NAME"])).unlink(missing_ok=True)
    return True


def collect(running: dict[int, tuple[str, float]]) -> None:
    """Wait a moment for a process to end, and end those whose time is over."""
    time.sleep(0.01)
    for child, (name, until) in list(running.items()):
        ended, status = os.waitpid(child, os.WNOHANG)
        if not ended and time.monotonic() > until:
            os.killpg(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            ended = child
        if ended:
            with suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)  # what a test had started when it failed
            del running[child]
            by_time = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGKILL, signal.SIGXCPU)
            note(name, TIMED_OUT if by_time else KILLED if status else SURVIVED)
            Path(f"{settings.DATABASES['default']['NAME']}-{child}").unlink(missing_ok=True)


def note(name: str, result: str) -> None:
    """Write down what came of a mutant."""
    with RESULTS.open("a", encoding="utf-8") as results:
        results.write(f"{name}\t{result}\n")


def record_calls(session: pytest.Session) -> None:
    """Run all tests without a mutant, write down what each calls and how long it takes, and exit."""
    set_mutant_under_test("stats")
    recorded = {}
    # A database of these tests stays, for the mutants to copy.
    session.config.option.reuse_db = True
    for item, following in zip(session.items, [*session.items[1:], None], strict=True):
        state()._stats.clear()
        begun = time.perf_counter()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        seconds = time.perf_counter() - begun
        if session.testsfailed:
            print(f"{item.nodeid} fails without a mutant.", file=sys.stderr, flush=True)
            os._exit(1)
        recorded[item.nodeid] = {"functions": sorted(state()._stats), "seconds": seconds}
    CALLS.write_text(json.dumps(recorded), encoding="utf-8")
    os._exit(0)


def run_mutant(session: pytest.Session, name: str, items: list[pytest.Item], seconds: float) -> None:
    """Run tests with a mutant, and exit with 1 at the first that fails."""
    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_CPU, (int(30 + 10 * seconds),) * 2)
    own_database(session)
    set_mutant_under_test(name)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            os._exit(1)
    os._exit(0)


def own_database(session: pytest.Session) -> None:
    """Have this process use a copy of the database that the first run has made."""
    session.config.option.reuse_db = True
    database: dict[str, Any] = settings.DATABASES["default"]
    name = f"{database['NAME']}-{os.getpid()}"
    if Path(database["NAME"]).exists():
        shutil.copyfile(database["NAME"], name)
    known: dict[str, Any]
    for known in (database, connections.settings["default"]):
        known["NAME"] = known["TEST"]["NAME"] = name


if __name__ == "__main__":
    raise SystemExit(main())
