"""Where the time of a request goes: the bytecode instructions of each function, beside plain Django's.

``python -m benchmarks.counting change`` counts one call of ``change``. A count has no noise, but it does not
include what is done in C.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from types import CodeType, FrameType
from typing import Any

from benchmarks import site, work
from benchmarks.peers import Contestant, contestants
from benchmarks.wire import ask, asking

WHO = ("plain", "mizan")


def main(arguments: list[str] | None = None) -> int:
    """Print the sums, and the functions in which the two differ most."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.counting", description=__doc__)
    parser.add_argument("work", choices=list(work.TITLES))
    parser.add_argument("--under", choices=[site.BARE, site.CSRF], default=site.BARE)
    parser.add_argument("--rows", type=int, default=25, help="how many functions to list")
    options = parser.parse_args(arguments)
    both = [each for each in contestants(peers=False) if each.name in WHO]
    counts = {each.name: _request(each, options.work, options.under) for each in both}
    plain, mizan = (counts[name] for name in WHO)
    print(f"{'plain':>8} {'mizan':>8}\n{plain.total():>8,} {mizan.total():>8,}  all")
    names = sorted({*plain, *mizan}, key=lambda name: (plain[name] - mizan[name], name))
    for name in names[: options.rows]:
        print(f"{plain[name]:>8,} {mizan[name]:>8,}  {name}")
    return 0


def _request(contestant: Contestant, name: str, circumstances: str) -> Counter[str]:
    """Count one request, after others that import, compile and cache."""
    handler = site.handler(circumstances, contestant.middleware)
    cookie = site.cookie(circumstances)
    site.using(site.mount(contestant.name, contestant.urlpatterns(circumstances)))()
    contestant.prepare(partial(ask, handler, cookie=cookie))
    once = asking(handler, contestant.request(name), cookie)
    once()
    once()
    return count(once)


def count(once: Callable[[], object]) -> Counter[str]:
    """Count the bytecode instructions of a call by the functions they are in."""
    counted: Counter[str] = Counter()

    def executed(code: CodeType, offset: int) -> None:
        place = code.co_filename.rpartition("site-packages/")[2].removeprefix(f"{site.HERE.parent}/")
        counted[f"{place}:{code.co_qualname}"] += 1

    # Since Python 3.12, setting a frame's f_trace_opcodes may have no effect on that frame.
    if sys.version_info >= (3, 12):
        _monitor(once, executed)
    else:
        _trace(once, executed)
    return counted


if sys.version_info >= (3, 12):

    def _monitor(once: Callable[[], object], executed: Callable[[CodeType, int], None]) -> None:
        own = _monitor.__code__
        tool, events = sys.monitoring.PROFILER_ID, sys.monitoring.events
        sys.monitoring.use_tool_id(tool, __name__)
        sys.monitoring.register_callback(
            tool, events.INSTRUCTION, lambda code, offset: None if code is own else executed(code, offset)
        )
        sys.monitoring.set_events(tool, events.INSTRUCTION)
        try:
            once()
        finally:
            sys.monitoring.set_events(tool, events.NO_EVENTS)
            sys.monitoring.free_tool_id(tool)


def _trace(once: Callable[[], object], executed: Callable[[CodeType, int], None]) -> None:
    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        if event == "opcode":
            executed(frame.f_code, frame.f_lasti)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        once()
    finally:
        sys.settrace(before)


if __name__ == "__main__":
    sys.exit(main())
