"""A site for a server in a process of its own: it has published something, and its Redis does not answer."""

import os

from django.core.asgi import get_asgi_application
from django.test import override_settings

from mizan_htmx.channels import wrap_asgi
from mizan_htmx.channels.layer.publish import publish
from mizan_htmx.protocol.keys import parse

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.site.settings"

application = wrap_asgi(get_asgi_application())

# Nothing listens there.
_HOSTS = {"hosts": ["redis://127.0.0.1:1/0"]}
override_settings(
    CHANNEL_LAYERS={"default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": _HOSTS}}
).enable()
publish(parse("board;board_id=3"))
