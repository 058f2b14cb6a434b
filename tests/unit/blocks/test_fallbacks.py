"""What blocks show whose readers refuse, or whose data is gone: ``{% refused %}`` and ``{% gone %}``."""

from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import include, path
from pytest_django import Settings

from mizan_htmx import Context, client, register
from mizan_htmx.errors import Forbidden, NotFound, Unauthorized
from tests.helpers.blocks import Site, blocks_of, syntax_error

END = "{% endmizan_context %}"
REFUSED = "{% refused %}No entry, {{ heading }}{% endrefused %}"
GONE = "{% gone %}Deleted, {{ heading }}{% endgone %}"
START = '{% mizan_context "movie" movie_id=7 with heading="Hi" as card %}'
MOVIE = START + "[{{ movie }}]"

REFUSALS = [PermissionDenied("No."), PermissionError("No."), Unauthorized(), Forbidden("No.")]
ABSENCES = [Http404("None."), NotFound("None."), ObjectDoesNotExist("None.")]


def declare(error: Exception | None = None, *, auth: Any = None, context: Any = "movie") -> None:
    """Declare a reader that raises, if it is told to."""

    @client(context=context, auth=auth)
    def movie(request: HttpRequest, movie_id: int) -> str:
        if error is not None:
            raise error
        return f"Movie {movie_id}"

    register(movie)


def contents(site: Site, html: str) -> list[str]:
    """List the content of a block on its page, refreshed alone, and in a batch."""
    queries = [block["hx-get"].partition("?")[2] for block in blocks_of(html)]
    batch: Any = site.get(f"/api/mizan/partials/?{'&'.join(queries)}")
    refreshed = site.refresh(html)
    assert refreshed.status_code == 200, refreshed.text
    assert refreshed.headers["X-Mizan-Refresh"] == "1"
    return [_inner(each) for each in (html, refreshed.text, batch.json()["blocks"][0]["html"])]


def _inner(html: str) -> str:
    return html.partition(">")[2].rpartition("</")[0]


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: type(error).__name__)
def test_a_reader_that_refuses_shows_what_stands_in_refused(any_site: Site, error: Exception) -> None:
    declare(error)
    html = any_site.page(MOVIE + REFUSED + GONE + END)
    assert contents(any_site, html) == ["No entry, Hi"] * 3
    any_site.assert_refreshes_alike(html)


@pytest.mark.parametrize("error", ABSENCES, ids=lambda error: type(error).__name__)
def test_what_is_not_there_shows_what_stands_in_gone(any_site: Site, error: Exception) -> None:
    declare(error)
    html = any_site.page(MOVIE + REFUSED + GONE + END)
    assert contents(any_site, html) == ["Deleted, Hi"] * 3
    any_site.assert_refreshes_alike(html)


def test_they_show_nothing_otherwise(any_site: Site) -> None:
    declare()
    html = any_site.page(MOVIE + REFUSED + GONE + END)
    assert contents(any_site, html) == ["[Movie 7]"] * 3


@pytest.mark.parametrize("error", [*REFUSALS[:1], *ABSENCES], ids=lambda error: type(error).__name__)
def test_the_case_that_has_none_is_empty(site: Site, error: Exception) -> None:
    declare(error)
    other = GONE if isinstance(error, PermissionDenied) else REFUSED
    assert contents(site, site.page(MOVIE + other + END)) == [""] * 3


def test_a_template_condition_may_have_swallowed_the_refusal(site: Site) -> None:
    declare(PermissionDenied())
    html = site.page(START + "{% if movie and x %}{% else %}shown{% endif %}" + REFUSED + END)
    assert contents(site, html) == ["No entry, Hi"] * 3


def test_a_wrong_row_in_a_block_without_either_still_fails_the_page(site: Site) -> None:
    declare(ObjectDoesNotExist("None."))
    with pytest.raises(ObjectDoesNotExist):
        site.raw(MOVIE + END)


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("error", [None, *ABSENCES], ids=lambda error: type(error).__name__)
def test_what_auth_says_is_a_refusal_so_that_nobody_learns_what_exists(
    any_site: Site, error: Exception | None, is_async: bool
) -> None:
    def check(request: HttpRequest, movie_id: int) -> bool:
        if error is not None:
            raise error
        return False

    async def acheck(request: HttpRequest, movie_id: int) -> bool:
        return check(request, movie_id)

    declare(Http404(), auth=acheck if is_async else check)
    assert contents(any_site, any_site.page(MOVIE + REFUSED + GONE + END)) == ["No entry, Hi"] * 3
    assert contents(any_site, any_site.page(MOVIE + GONE + END)) == [""] * 3


@pytest.mark.django_db
@pytest.mark.parametrize("auth", [True, "staff"])
def test_a_login_link_leads_back(any_site: Site, settings: Settings, auth: Any) -> None:
    declare(Http404(), auth=auth)
    settings.ROOT_URLCONF = (
        path("page/", any_site.page_view),
        path("async/", any_site.async_view),
        path("login/", any_site.page_view, name="login"),
        path("api/mizan/", include("mizan_htmx.urls")),
    )
    link = "<a href=\"{% url 'login' %}?next={{ request.get_full_path }}\">{{ user.is_anonymous }}</a>"
    source = MOVIE + GONE + "{% refused %}" + link + "{% endrefused %}" + END
    html = any_site.page(source)
    assert f'<a href="/login/?next={any_site.address}">True</a>' in html
    assert ">True</a>" in any_site.refresh(html).text
    any_site.browser.force_login(User.objects.create_user("ada", is_staff=True))
    assert contents(any_site, any_site.page(source)) == ["Deleted, Hi"] * 3


@pytest.mark.django_db
def test_a_site_that_requires_login_refuses_by_default(site: Site, settings: Settings) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
    settings.ROOT_URLCONF = (
        path("page/", login_not_required(lambda request: site.page_view(request))),
        path("api/mizan/", include("mizan_htmx.urls")),
    )
    declare()
    html = site.page(START + "Ours" + REFUSED + GONE + END)
    assert contents(site, html) == ["No entry, Hi"] * 3
    site.browser.force_login(User.objects.create_user("ada"))
    assert contents(site, site.page(START + "Ours" + REFUSED + END)) == ["Ours"] * 3


def test_a_lazy_block_shows_it_when_it_has_loaded(any_site: Site) -> None:
    declare(PermissionDenied())
    wait = "{% placeholder %}Wait{% endplaceholder %}"
    html = any_site.page(MOVIE.replace(" with", " lazy with") + REFUSED + GONE + wait + END)
    assert contents(any_site, html) == ["Wait", "No entry, Hi", "No entry, Hi"]


def test_a_block_of_a_public_context_shows_it_and_is_not_shared(any_site: Site) -> None:
    declare(Http404(), context=Context("movie", public=True, max_age=60))
    html = any_site.page(
        MOVIE + "{% gone %}{{ heading }} {{ user.is_authenticated }}{{ request.user }}{% endgone %}" + END
    )
    assert contents(any_site, html) == ["Hi FalseAnonymousUser"] * 3
    assert any_site.refresh(html).headers["Cache-Control"] == "no-store"


def test_the_blocks_in_it_refresh_by_themselves(any_site: Site) -> None:
    declare(PermissionDenied())
    inner = '{% mizan_context "tag" tag="x" %}{{ tag_label }}{% endmizan_context %}'
    html = any_site.page(START + inner + "{{ movie }}{% refused %}" + inner + "{% endrefused %}" + END)
    assert ">x</div></div>" in html
    assert any_site.assert_refreshes_alike(html) == 2


@pytest.mark.parametrize("tag", ["refused", "gone"])
@pytest.mark.parametrize(
    "use", ["{{ movie }}", "{{ movie.name|default:1 }}", "{% if movie and x %}{% endif %}"]
)
def test_a_reader_in_it_is_an_error(site: Site, tag: str, use: str) -> None:
    declare(PermissionDenied() if tag == "refused" else Http404())
    assert syntax_error(site, MOVIE + f"{{% {tag} %}}{use}{{% end{tag} %}}" + END) == (
        f"{{% {tag} %}} uses 'movie', which is not read there. It can use what 'with' passes, and what"
        " context processors return."
    )


@pytest.mark.parametrize("tag", ["refused", "gone"])
@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("<one>", "{% <tag> %} must be directly inside {% mizan_context %}."),
        (
            MOVIE + "{% if 1 %}<one>{% endif %}" + END,
            "{% <tag> %} must be directly inside {% mizan_context %}, not in {% if %}.",
        ),
        (
            MOVIE + "{% <tag> %}<one>{% end<tag> %}" + END,
            "{% <tag> %} must be directly inside {% mizan_context %}, not in {% <tag> %}.",
        ),
        (
            MOVIE + "{% placeholder %}<one>{% endplaceholder %}" + END,
            "{% <tag> %} must be directly inside {% mizan_context %}, not in {% placeholder %}.",
        ),
        (MOVIE + "<one><one>" + END, "A {% mizan_context %} has more than one {% <tag> %}. Keep one."),
        (
            MOVIE + "{% <tag> big %}{% end<tag> %}" + END,
            "{% <tag> %} takes no arguments, but has '<tag> big'.",
        ),
    ],
)
def test_one_that_can_not_be_shown_is_an_error(site: Site, tag: str, source: str, message: str) -> None:
    declare()
    source = source.replace("<one>", "{% <tag> %}{% end<tag> %}").replace("<tag>", tag)
    assert syntax_error(site, source) == message.replace("<tag>", tag)
