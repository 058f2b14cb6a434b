"""Fallbacks of blocks that take their content from elsewhere, and that come with the answer to a mutation."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.template import Engine, TemplateSyntaxError
from pytest_django import Settings

from mizan_htmx import client, register
from tests.helpers.blocks import DEFAULT_ID, Site, blocks_of, sign
from tests.helpers.single_flight import names, send

END = "{% endmizan_context %}"
CARD = (
    '{% mizan_context "movie" movie_id=7 as card %}[{{ movie }}]{% refused %}Its own{% endrefused %}'
    "{% gone %}Its gone{% endgone %}{% endmizan_context %}"
)
ELSEWHERE = '{% mizan_context "movie" movie_id=7 partial="part.html#card" with who="you" %}'


@pytest.fixture
def failure(site: Site) -> dict[str, Exception | None]:
    """Declare a reader that raises what stands here under its name, and write its card."""
    failure: dict[str, Exception | None] = {"movie": PermissionDenied()}

    @client(context="movie")
    def movie(request: HttpRequest, movie_id: int) -> str:
        if failure["movie"] is not None:
            raise failure["movie"]
        return "Heat"

    register(movie)
    site.write("part.html", CARD)
    return failure


def shown(site: Site, html: str) -> str:
    """Return the content of a block, which is the same after a refresh."""
    site.assert_refreshes_alike(html)
    return html.partition(">")[2].rpartition("</")[0]


def test_a_block_shows_those_of_the_block_whose_content_it_takes(
    any_site: Site, failure: dict[str, Exception | None]
) -> None:
    assert shown(any_site, any_site.page(ELSEWHERE + END)) == "Its own"
    failure["movie"] = Http404()
    assert shown(any_site, any_site.page(ELSEWHERE + END)) == "Its gone"


def test_those_of_its_own_tag_come_first_each_for_itself(
    any_site: Site, failure: dict[str, Exception | None]
) -> None:
    source = ELSEWHERE + "{% refused %}Not for {{ who }}{% endrefused %}" + END
    assert shown(any_site, any_site.page(source)) == "Not for you"
    failure["movie"] = Http404()
    assert shown(any_site, any_site.page(source)) == "Its gone"
    failure["movie"] = None
    assert shown(any_site, any_site.page(source)) == "[Heat]"


def test_a_partial_of_the_site_has_those_of_the_tag(
    any_site: Site, failure: dict[str, Exception | None]
) -> None:
    any_site.write("part.html", "{% partialdef card %}({{ movie }}){% endpartialdef %}")
    source = ELSEWHERE + "{% refused %}Not for {{ who }}{% endrefused %}" + END
    assert shown(any_site, any_site.page(source)) == "Not for you"
    failure["movie"] = None
    assert shown(any_site, any_site.page(source)) == "(Heat)"


def test_only_a_tag_that_has_some_is_named_in_the_token(
    site: Site, failure: dict[str, Exception | None]
) -> None:
    variables = {"who": "you"}
    plain = sign(["part.html#card", ["movie"], DEFAULT_ID, {}, variables])
    assert f"block={plain}&" in blocks_of(site.page(ELSEWHERE + END))[0]["hx-get"]
    own = ELSEWHERE + "{% gone %}{% endgone %}" + END
    found = blocks_of(site.page(own))[0]["hx-get"]
    assert f"block={plain}&" not in found


def test_a_tag_that_has_changed_since_leaves_those_of_the_content(
    site: Site, failure: dict[str, Exception | None]
) -> None:
    html = site.page(ELSEWHERE + "{% refused %}Not for you{% endrefused %}" + END)
    site.write("page.html", "Another page")
    assert site.refresh(html).text.endswith(">Its own</div>")


def test_a_template_from_a_string_can_not_have_them(
    settings: Settings, failure: dict[str, Exception | None]
) -> None:
    engine = Engine(builtins=settings.TEMPLATES[0]["OPTIONS"]["builtins"])
    with pytest.raises(TemplateSyntaxError, match="is in a template made from a string"):
        engine.from_string(ELSEWHERE + "{% gone %}{% endgone %}" + END)


@pytest.mark.django_db
def test_they_come_with_the_answer_to_a_mutation(flying: Site, failure: dict[str, Exception | None]) -> None:
    failure["movie"] = None
    html = flying.page(CARD)
    hashes = {blocks_of(html)[0]["data-mizan-hash"]}

    @client(affects="movie")
    def change(request: HttpRequest) -> str:
        return "done"

    register(change)
    for error, text in ((PermissionDenied(), "Its own"), (Http404(), "Its gone")):
        failure["movie"] = error
        answer: Any = send(flying, "/api/mizan/call/", names(html), body='{"fn": "change", "args": {}}')
        (brought,) = (answer.brought or {}).values()
        assert brought.endswith(f">{text}</div>")
        hashes.add(blocks_of(brought)[0]["data-mizan-hash"])
        again: Any = send(flying, "/api/mizan/call/", names(brought), body='{"fn": "change", "args": {}}')
        assert [*again.brought.values()] == [None]
    assert len(hashes) == 3
