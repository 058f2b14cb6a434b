"""Write the edge manifest to a file or to standard output."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mizan_htmx.edge import generate_edge_manifest
from mizan_htmx.edge.urlconf import mounted_at


class Command(BaseCommand):
    """Export which URLs show which context, as JSON with sorted keys."""

    help = "Export the edge manifest: contexts, functions, URLs and mutations, as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--output", type=Path, help="The file to write. Default: standard output.")
        parser.add_argument(
            "--indent", type=int, default=2, help="Spaces a level; 0 for one line. Default: 2."
        )
        parser.add_argument(
            "--base-url", help="Where mizan_htmx.urls is mounted. Default: as in the URLconf."
        )

    def handle(
        self, *args: Any, output: Path | None, indent: int, base_url: str | None, **options: Any
    ) -> None:
        """Write the manifest."""
        manifest = generate_edge_manifest(base_url or mounted_at())
        text = json.dumps(manifest, sort_keys=True, indent=indent or None)
        if output is None:
            self.stdout.write(text)
            return
        try:
            output.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(
                f"The manifest can't be written to {str(output)!r}: {error.strerror}."
            ) from error
        self.stderr.write(f"Wrote {len(manifest['contexts'])} contexts to {output}.")
