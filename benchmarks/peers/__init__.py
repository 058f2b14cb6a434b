"""The contestants: a module for each, with a class that mounts its URLs and builds its requests."""

import json
from collections.abc import Callable
from typing import Any

from benchmarks import work
from benchmarks.site import CIRCUMSTANCES, HERE, configure
from benchmarks.wire import HTMX, Answer, Request

# The settings that peers need before they can be imported.
APPS = ("rest_framework", "django_unicorn")
SETTINGS = {"UNICORN": {"APPS": ["benchmarks"]}}
_JINJA = {"BACKEND": "django.template.backends.jinja2.Jinja2", "NAME": "jinja2", "DIRS": [HERE / "jinja2"]}


class Contestant:
    """One way to do the work. By default a request has JSON arguments, at a URL for each kind of work."""

    #: The key of the column, and its heading.
    name = ""
    title = ""
    middleware: tuple[str, ...] = ()
    circumstances: tuple[str, ...] = CIRCUMSTANCES
    works: tuple[str, ...] = tuple(work.TITLES)
    #: Where its URLs are mounted: a site includes those of its apps, as it does ours.
    prefix = "/app"
    cache_control = "no-store"

    def urlpatterns(self, circumstances: str) -> list[Any]:
        """Return its URL patterns, under these circumstances."""
        raise NotImplementedError

    def prepare(self, ask: Callable[[Request], Answer]) -> None:
        """Read a page first, if requests need something from it."""

    def request(self, name: str) -> Request:
        """Return the request for one kind of work."""
        arguments = work.ARGUMENTS[name]
        if name == "table":
            return Request("GET", f"{self.prefix}/{name}/", headers=HTMX)
        if name in work.READS:
            return Request("GET", f"{self.prefix}/{name}/", query=arguments)
        return Request("POST", f"{self.prefix}/{name}/", work.written(arguments))

    def result(self, name: str, answer: Answer) -> Any:
        """Return the content of a response; for a table, its HTML."""
        if name == "table":
            return answer.body.decode()
        content = json.loads(answer.body)
        if name in work.CHANGING:
            assert content["invalidate"] == work.stale(7), (self.name, content)
            for header, text in work.stale_header(7).items():
                assert answer.header(header) == text, (self.name, answer)
            return content["result"]
        return content

    def check(self, name: str, answer: Answer) -> None:
        """Raise AssertionError unless the work was done and the response is not cacheable."""
        assert answer.status == 200, (self.name, name, answer)
        assert answer.header("Cache-Control") == self.cache_control, (self.name, name, answer)
        result = self.result(name, answer)
        if name == "table":
            work.check_table(result)
        else:
            assert result == work.EXPECTED[name], (self.name, name, result)


def contestants(*, peers: bool) -> list[Contestant]:
    """Set Django up for the contestants, and list them; without ``peers`` only plain Django and ours."""
    configure(APPS, [_JINJA], **SETTINGS) if peers else configure()
    from benchmarks.peers import mizan, plain

    ours: list[Contestant] = [plain.Plain(), plain.PlainAgain(), plain.Floor(), mizan.Mizan()]
    if not peers:
        return ours
    from benchmarks.peers import drf, jinja, ninja, unicorn

    return [*ours, ninja.Ninja(), drf.Drf(), unicorn.Unicorn(), jinja.PlainJinja(), jinja.MizanJinja()]
