"""One process that measures: ``python -m benchmarks.worker rpc`` prints a line of JSON for each figure."""

import argparse
import sys
from importlib import import_module

from benchmarks.timing import Effort


def main(arguments: list[str] | None = None) -> int:
    """Measure one section."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.worker", description=__doc__)
    parser.add_argument("section")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=0.02, help="of computing, for each sample")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--functions", type=int, default=1000, help="of the sections that grow")
    parser.add_argument("--without-peers", action="store_true", help="only Django and mizan_htmx")
    options = parser.parse_args(arguments)
    effort = Effort(options.rounds, options.seconds, options.seed)
    section = import_module(f"benchmarks.{options.section}")
    more = {"functions": options.functions} if hasattr(section, "SIZES") else {}
    for cell in section.run(effort, peers=not options.without_peers, **more):
        print(cell.written(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
