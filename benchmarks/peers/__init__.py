"""Who does the work: a module for each, with a class that mounts its URLs and asks for the work."""

import json
from collections.abc import Callable
from typing import Any

from benchmarks import work
from benchmarks.site import CIRCUMSTANCES, HERE, configure
from benchmarks.wire import HTMX, Answer, Request

# What the peers want of a site before any of them can be imported.
APPS = ("rest_framework", "django_unicorn")
SETTINGS = {"UNICORN": {"APPS": ["benchmarks"]}}
_JINJA = {"BACKEND": "django.template.backends.jinja2.Jinja2", "NAME": "jinja2", "DIRS": [HERE / "jinja2"]}


class Contestant:
    """One way to do the work; the base class asks as most do: arguments as JSON, at a URL for each."""

    #: The column, and what stands over it.
    name = ""
    title = ""
    middleware: tuple[str, ...] = ()
    circumstances: tuple[str, ...] = CIRCUMSTANCES
    works: tuple[str, ...] = tuple(work.TITLES)
    #: Where its URLs are mounted: a site includes those of its apps, as it does ours.
    prefix = "/app"
    cache_control = "no-store"

    def urlpatterns(self, circumstances: str) -> list[Any]:
        """Give what its URLconf holds, under these circumstances."""
        raise NotImplementedError

    def prepare(self, ask: Callable[[Request], Answer]) -> None:
        """Look at a page first, where requests carry something that stands there."""

    def request(self, name: str) -> Request:
        """Write the request for a piece of work."""
        arguments = work.ARGUMENTS[name]
        if name == "table":
            return Request("GET", f"{self.prefix}/{name}/", headers=HTMX)
        if name in work.READS:
            return Request("GET", f"{self.prefix}/{name}/", query=arguments)
        return Request("POST", f"{self.prefix}/{name}/", work.written(arguments))

    def result(self, name: str, answer: Answer) -> Any:
        """Read what was answered; of a table, its HTML."""
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
        """Raise AssertionError unless the work was done, and nobody is to keep the answer."""
        assert answer.status == 200, (self.name, name, answer)
        assert answer.header("Cache-Control") == self.cache_control, (self.name, name, answer)
        result = self.result(name, answer)
        if name == "table":
            work.check_table(result)
        else:
            assert result == work.EXPECTED[name], (self.name, name, result)


def contestants(*, peers: bool) -> list[Contestant]:
    """Set Django up for those who take part, and list them; without ``peers`` only plain Django, and us."""
    configure(APPS, [_JINJA], **SETTINGS) if peers else configure()
    from benchmarks.peers import mizan, plain

    ours: list[Contestant] = [plain.Plain(), plain.PlainAgain(), plain.Floor(), mizan.Mizan()]
    if not peers:
        return ours
    from benchmarks.peers import drf, jinja, ninja, unicorn

    return [*ours, ninja.Ninja(), drf.Drf(), unicorn.Unicorn(), jinja.PlainJinja(), jinja.MizanJinja()]
