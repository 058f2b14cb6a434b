"""The benchmarks run: a few clients and rounds, whatever they take."""

import gc
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from benchmarks.bench import SECTIONS
from benchmarks.counting import count
from benchmarks.fanout import CONTESTANTS, HEADINGS, percentile
from benchmarks.figures import Cell, read, together
from benchmarks.goals import GOALS, rows
from benchmarks.report import BEGIN, END, PAGE, RESULTS, between
from benchmarks.timing import Effort, Run, compared, measure, settled_memory

ROOT = Path(__file__).resolve().parents[2]


def test_every_server_delivers_everything_to_everybody() -> None:
    command = [sys.executable, "-m", "benchmarks.fanout", "--clients", "5", "--rounds", "2", "--idle", "0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    _, _, heading, _, *rows = done.stdout.splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in (heading, *rows)]
    assert cells[0] == [*HEADINGS]
    undelivered = HEADINGS.index("undelivered")
    assert [(row[0], row[undelivered]) for row in cells[1:]] == [
        (each.title, "0") for each in CONTESTANTS.values()
    ]


def test_an_unknown_server_is_named() -> None:
    command = [sys.executable, "-m", "benchmarks.fanout", "mizzan"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        *(2, "python -m benchmarks.fanout: error: unknown: mizzan"),
    )


def test_percentiles_are_values_that_were_measured() -> None:
    hundred = [float(each) for each in range(100, 0, -1)]
    assert [percentile(hundred, percent) for percent in (50, 99, 100)] == [50, 99, 100]
    assert (percentile([7.0], 99), percentile([1.0, 2.0], 99)) == (7, 2)


# What a part of the run shows: that everybody did the work stands in the worker, as assertions.
SMOKE = {
    "rpc": ("echo, bare", "table, logged in"),
    "empty": ("echo, no middleware", "mutate, no middleware"),
    "pages": ("one mutation makes 5 blocks stale, all requests together",),
    "scale": ("echo with 10 functions registered", "echo with 10,000 functions registered"),
    "start": ("registering 10 functions", "manifest of 10 functions", "resolving a header, 10 functions"),
    "asgi": ("echo under ASGI, bare", "echo under ASGI, csrf"),
    "live": ("one mutation to the last key received",),
    "behind": ("1,000 pages that come back 9,900 changes behind, until the last one has caught up",),
    "weight": ("mizan.min.js", "mizan-forms.min.js", "mizan-live.min.js", "mizan-debug.min.js"),
}


# What a visitor waits for needs a browser: tests/browser/test_benchmarks.py.
@pytest.mark.parametrize("section", [name for name in SECTIONS if name != "felt"])
def test_each_section_of_the_comparison_does_its_work_and_prints_it(section: str) -> None:
    command = [sys.executable, "-m", "benchmarks.bench", "--smoke", section]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    titles = {line.split("|")[1].strip() for line in done.stdout.splitlines() if line.startswith("|")}
    assert [title for title in SMOKE[section] if title not in titles] == []


def test_a_count_is_of_the_instructions_of_each_function_and_the_same_each_time() -> None:
    once, twice = (count(partial(_loop, number)) for number in (10, 20))
    (name,) = once
    assert name.endswith("test_benchmarks.py:_loop")
    assert count(partial(_loop, 10)) == once
    assert twice[name] > once[name] > 20


def _loop(number: int) -> None:
    for _ in range(number):
        pass


def test_counting_lists_where_both_differ_most() -> None:
    command = [sys.executable, "-m", "benchmarks.counting", "change", "--rows", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    head, sums, *rows = done.stdout.splitlines()
    plain, mizan = (int(each.replace(",", "")) for each in sums.split()[:2])
    assert (head.split(), len(rows)) == (["plain", "mizan"], 3)
    assert mizan > plain > 1000
    assert [row.split()[0] for row in rows] == ["0"] * 3


def test_the_costlier_one_has_the_higher_ratio_and_the_more_microseconds() -> None:
    calls: list[str] = []
    runs = {
        name: Run(partial(sum, range(count)), partial(calls.append, name))
        for name, count in (("little", 1_000), ("much", 50_000))
    }
    found = compared(measure(runs, Effort(rounds=3, seconds=0.01)), "little")
    assert (found["little"]["ratio"], found["little"]["more"]) == ([1, 1, 1], [0, 0, 0])
    assert all(each > 5 for each in found["much"]["ratio"])
    assert sorted(calls) == ["little"] * 4 + ["much"] * 4  # once to calibrate, then in each round


def test_what_is_beside_a_base_is_of_the_same_round() -> None:
    slow_at_last = {"plain": [10.0, 10.0, 40.0], "mizan": [12.0, 11.0, 44.0]}
    assert compared(slow_at_last, "plain")["mizan"] == {
        "us": [12, 11, 44],
        "ratio": [1.2, 1.1, 1.1],
        "more": [2, 1, 4],
    }


def _cell(contestant: str, us: float, **rounds: list[float]) -> Cell:
    return Cell.of("rpc", "echo, bare", contestant, rounds, us=us)


def test_rounds_of_several_processes_are_put_together() -> None:
    cells = [
        _cell("mizan", us, ratio=ratios) for us, ratios in ((9, [3.0, 1.0]), (1, [2.0]), (5, [9.0, 4.0]))
    ]
    (cell,) = together(read([each.written() for each in cells]))
    assert cell == Cell("rpc", "echo, bare", "mizan", {"us": [9, 1, 5], "ratio": [3, 1, 2, 9, 4]})
    assert (cell.figure("us"), cell.figure("ratio"), cell.quartiles("ratio")) == (5, 3, (2, 4))


def test_a_goal_shows_what_was_measured_with_its_noise() -> None:
    cells = [_cell("plain2", 90, ratio=[0.97, 0.99, 1.0, 1.02, 1.1]), _cell("mizan", 99, ratio=[1.1] * 3)]
    heading, echo, ints, *_ = rows(cells)
    assert heading == ["work", "measured", "noise", "goal", "met"]
    assert echo == ["RPC: echo", "1.10 times", "1 [0.99 to 1.02]", "≤ 1", "**no**"]
    assert ints == ["RPC: two ints", "not measured", "-", "≤ 1", "-"]


def test_a_goal_that_is_just_reached_is_met() -> None:
    _, echo, *_ = rows([_cell("mizan", 99, ratio=[0.9, 1.0, 1.2])])
    assert echo == ["RPC: echo", "1 [0.95 to 1.10] times", "-", "≤ 1", "yes"]


def test_each_goal_is_of_a_work_of_its_own() -> None:
    assert len({goal.title + goal.unit for goal in GOALS}) == len(GOALS)


def test_a_text_between_the_marks_takes_the_place_of_the_former() -> None:
    page = f"before\n\n{BEGIN}\n\nformer\n\n{END}\n\nafter\n"
    assert between(page, "new") == page.replace("former", "new")


def test_the_page_of_the_docs_shows_the_goals_of_the_last_whole_run() -> None:
    shown = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].strip()
    assert shown
    assert f"# Measured\n\n{shown}\n\n## " in RESULTS.read_text(encoding="utf-8")


def test_what_was_there_before_is_out_of_the_collectors_sight_meanwhile() -> None:
    with settled_memory():
        assert gc.get_freeze_count() > 0
    assert gc.get_freeze_count() == 0
