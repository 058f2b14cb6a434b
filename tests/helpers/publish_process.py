"""Publishes from a process of its own, as a management command does: ``python -W error -m …`` with arguments.

``<CHANNEL_LAYERS as JSON> <concurrency> <key>…``; the second: ``sync``, or ``async`` to run in an event loop.
"""

import asyncio
import json
import os
import sys

import django


def main(layers: str, concurrency: str, *written: str) -> None:
    """Publish each key on its own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.site.settings"
    django.setup()
    from django.test import override_settings

    from mizan_htmx.channels.layer.publish import publish
    from mizan_htmx.protocol.keys import parse

    async def on_a_loop() -> None:
        for text in written:
            publish(parse(text))

    # For good: what waits is published when this function has returned.
    override_settings(CHANNEL_LAYERS=json.loads(layers)).enable()
    if concurrency == "async":
        asyncio.run(on_a_loop())
        return
    for text in written:
        print(publish(parse(text)))


if __name__ == "__main__":
    main(*sys.argv[1:])
