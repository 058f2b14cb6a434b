"""Write the edge manifest, or its VCL, to a file or to standard output; or check the file."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mizan_htmx.edge import generate_edge_manifest
from mizan_htmx.edge.url_patterns import mounted_at
from mizan_htmx.edge.varnish.vcl import compile_vcl


class Command(BaseCommand):
    """Exports which URLs show which context, as JSON with sorted keys or as VCL."""

    help = "Export the edge manifest: contexts, functions, URLs and mutations, as JSON or as VCL for Varnish."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--output", "-o", help="The file to write; its folder is created. Default: standard output."
        )
        parser.add_argument(
            "--indent", type=int, default=2, help="Spaces for each level; 0 for one line. Default: 2."
        )
        parser.add_argument("--base-url", help="The path of mizan_htmx.urls. Default: as in the URLconf.")
        parser.add_argument(
            "--format", choices=("json", "vcl"), default="json", help="What to write. Default: json."
        )
        parser.add_argument("--origin", help="The server behind Varnish, as HOST:PORT; for --format vcl.")
        parser.add_argument(
            "--check",
            action="store_true",
            help="Write nothing; exit 1 if the file of --output is out of date.",
        )

    def handle(
        self, *args: Any, output: str | Path | None, check: bool, base_url: str | None, **options: Any
    ) -> None:
        """Write the manifest, or compare it; ``call_command`` may pass a ``Path``, too."""
        file = Path(output) if output else None
        manifest = generate_edge_manifest(base_url or mounted_at())
        text = _text(manifest, **options)
        if check:
            _compare(text, file)
            self.stderr.write(f"{file} is up to date.")
        elif file is None:
            self.stdout.write(text)
        else:
            _write(text, file)
            self.stderr.write(f"Wrote {len(manifest['contexts'])} contexts to {file}.")


def _text(manifest: dict[str, Any], *, format: str, origin: str | None, indent: int, **options: Any) -> str:
    if format == "json":
        if origin is not None:
            raise CommandError("--origin is the server behind Varnish. Add --format vcl.")
        return json.dumps(manifest, sort_keys=True, indent=indent or None)
    if origin is None:
        raise CommandError("--format vcl needs --origin HOST:PORT, the server behind Varnish.")
    try:
        return compile_vcl(manifest, origin=origin)
    except ValueError as error:
        raise CommandError(str(error)) from error


def _write(text: str, output: Path) -> None:
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(_ended(text), encoding="utf-8")
    except OSError as error:
        raise CommandError(f"The manifest can't be written to {str(output)!r}: {error.strerror}.") from error


def _compare(text: str, output: Path | None) -> None:
    """Raise CommandError, which exits with status 1, unless the file has this text."""
    if output is None:
        raise CommandError("--check needs --output FILE, the file to compare with.")
    try:
        found = output.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise CommandError(f"{str(output)!r} can't be read: {reason}. Run this without --check.") from error
    if found != _ended(text):
        raise CommandError(
            f"{str(output)!r} is out of date: the declarations have changed since it was written."
            " Run this without --check, and commit the file."
        )


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"
