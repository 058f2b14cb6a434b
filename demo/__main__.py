"""Run a command of the demo: ``python -m demo serve``."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    """Pass the command line to Django; report an invalid environment in one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"The demo can't start: {error}")


if __name__ == "__main__":
    main()
