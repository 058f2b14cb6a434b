#!/usr/bin/env python
"""Run a command of the demo from any folder: ``python demo/manage.py serve``."""

import sys
from pathlib import Path

# Python puts this file's folder on the path, but the package `demo` is one above.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from demo.__main__ import main  # noqa: E402

if __name__ == "__main__":
    main()
