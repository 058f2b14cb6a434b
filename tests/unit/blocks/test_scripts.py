"""The script tags of a page, and the attributes that call a function."""

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template, TemplateSyntaxError
from django.test import Client, RequestFactory
from django.urls import include, path
from django.utils.functional import SimpleLazyObject, empty
from pytest_django import Settings

from mizan_htmx.blocks import scripts as page
from mizan_htmx.blocks.error_messages import error_messages
from tests.helpers.blocks import Site
from tests.helpers.page import attributes_of

pytestmark = pytest.mark.usefixtures("functions")


HTMX2 = '<script src="/static/django_htmx/htmx-2.min.js" defer></script>'
HTMX4 = '<script src="/static/django_htmx/htmx-4.min.js" defer></script>'
ATTRIBUTES = (
    'data-mount="/api/mizan/" data-csrf-header="X-Csrftoken" data-csrf-cookie="csrftoken"'
    ' data-session="anonymous" data-login="/login/"'
)


def shim(*more: str, ending: str = ".min.js", attributes: str = ATTRIBUTES) -> str:
    """Return the script tags of the shim, and of more."""
    tags = [f'<script defer src="/static/mizan_htmx/mizan{ending}" {attributes}></script>']
    tags += [f'<script defer src="/static/mizan_htmx/{name}{ending}"></script>' for name in more]
    return "".join([*tags, error_messages()])


SHIM = shim()
# Where nobody knows users, as on a request that has passed no middleware.
USERLESS = SHIM.replace(' data-session="anonymous"', "")


class LazyNonce(SimpleLazyObject):  # type: ignore[type-arg]  # generic for type checkers only
    """A nonce as Django 6 and django-csp 4 make it: false until something has written it."""

    def __init__(self, text: str) -> None:
        super().__init__(lambda: text)

    def __bool__(self) -> bool:
        return self._wrapped is not empty


@pytest.mark.parametrize(
    ("tag", "html"),
    [
        ("{% mizan_scripts %}", HTMX2 + SHIM),
        ("{% mizan_scripts htmx=2 %}", HTMX2 + SHIM),
        ("{% mizan_scripts htmx=4 %}", HTMX4 + SHIM),
        ("{% mizan_scripts 4 %}", HTMX4 + SHIM),
        ("{% mizan_scripts htmx=None %}", SHIM),
        ("{% mizan_scripts htmx=None as scripts %}[{{ scripts }}]", f"[{SHIM}]"),
    ],
)
def test_the_scripts_stand_in_order(any_site: Site, tag: str, html: str) -> None:
    assert any_site.page(tag) == html


@pytest.mark.parametrize(
    ("debug", "tag", "more"),
    [
        (False, "{% mizan_scripts htmx=None debug=True %}", ("mizan-debug",)),
        (False, "{% mizan_scripts htmx=None debug=False %}", ()),
        (True, "{% mizan_scripts htmx=None %}", ("mizan-debug",)),
        (True, "{% mizan_scripts htmx=None debug=False %}", ()),
        (True, "{% mizan_scripts None debug=None %}", ("mizan-debug",)),
    ],
)
def test_why_something_refreshed_is_shown_while_debugging_or_where_asked_for(
    any_site: Site, settings: Settings, debug: bool, tag: str, more: tuple[str, ...]
) -> None:
    settings.DEBUG = debug

    assert any_site.page(tag) == shim(*more, ending=".js" if debug else ".min.js")


def test_the_page_says_whether_responses_bring_blocks(site: Site, settings: Settings) -> None:
    settings.MIZAN_SINGLE_FLIGHT = True

    html = site.page("{% mizan_scripts htmx=None %}")

    assert html == shim(attributes=f'{ATTRIBUTES} data-single-flight=""')


@pytest.mark.parametrize("name", [page.MAIN, page.FORMS, page.LIVE, page.DEBUG])
@pytest.mark.parametrize("ending", [".js", ".min.js", ".min.js.map"])
def test_every_script_is_there(name: str, ending: str) -> None:
    assert finders.find(name + ending) is not None


@pytest.mark.parametrize(
    ("login_url", "attribute"),
    [
        ("/sign-in/?step=1", ' data-login="/sign-in/"'),
        ("https://id.example.com/sign/in?x=1", ' data-login="/sign/in"'),
        ("login-that-is-not-there", ""),
    ],
)
def test_the_page_knows_the_path_of_the_login(
    site: Site, settings: Settings, login_url: str, attribute: str
) -> None:
    settings.LOGIN_URL = login_url

    html = site.page("{% mizan_scripts htmx=None %}")

    assert html == SHIM.replace(' data-login="/login/"', attribute)


@pytest.mark.parametrize("version", ["3", '"4"', "undefined"])
def test_an_htmx_that_there_is_not_is_an_error(site: Site, version: str) -> None:
    with pytest.raises((ValueError, TemplateSyntaxError)):
        site.raw(f"{{% mizan_scripts htmx={version} %}}")


@pytest.mark.parametrize("nonce", [str, LazyNonce])
def test_a_nonce_of_the_template_stands_on_every_script(any_site: Site, nonce: type) -> None:
    html = any_site.page("{% mizan_scripts %}", csp_nonce=nonce("n0nce"))

    assert html == (HTMX2 + SHIM).replace("></script>", ' nonce="n0nce"></script>')


@pytest.mark.parametrize("nonce", [str, LazyNonce])
def test_a_nonce_of_the_request_stands_on_every_script(site: Site, nonce: type) -> None:
    request = RequestFactory().get("/")
    request.csp_nonce = nonce("n0nce")  # type: ignore[attr-defined]

    html = page.scripts(request, htmx=4, nonce=None)

    assert html == (HTMX4 + USERLESS).replace("></script>", ' nonce="n0nce"></script>')


def test_a_nonce_is_escaped(site: Site) -> None:
    html = site.page("{% mizan_scripts htmx=None %}", csp_nonce='"><script>')

    assert html == SHIM.replace("></script>", ' nonce="&quot;&gt;&lt;script&gt;"></script>')


def test_the_scripts_give_the_visitor_the_csrf_cookie(any_site: Site) -> None:
    response = any_site.visit("{% mizan_scripts %}")

    assert list(response.cookies) == ["csrftoken"]


def test_the_cookie_and_header_of_the_settings_are_named(site: Site, settings: Settings) -> None:
    settings.CSRF_COOKIE_NAME = "__Host-token"
    settings.CSRF_HEADER_NAME = "HTTP_X_OWN_TOKEN"

    response = site.visit("{% mizan_scripts htmx=None %}")

    named = 'data-csrf-header="X-Own-Token" data-csrf-cookie="__Host-token"'
    assert response.text == SHIM.replace('data-csrf-header="X-Csrftoken" data-csrf-cookie="csrftoken"', named)
    assert list(response.cookies) == ["__Host-token"]


def test_a_header_name_without_http_is_taken_as_it_is(site: Site, settings: Settings) -> None:
    settings.CSRF_HEADER_NAME = "X-TOKEN"

    html = page.scripts(RequestFactory().get("/"), htmx=None, nonce=None)

    assert html == USERLESS.replace("X-Csrftoken", "X-TOKEN")


@pytest.mark.django_db
@pytest.mark.parametrize("setting", ["CSRF_COOKIE_HTTPONLY", "CSRF_USE_SESSIONS"])
def test_a_token_that_scripts_can_not_read_stands_in_the_page(
    site: Site, settings: Settings, setting: str
) -> None:
    setattr(settings, setting, True)
    site.browser = Client(enforce_csrf_checks=True)

    html = site.page("{% mizan_scripts htmx=None %}")

    attributes = attributes_of(html.partition("<template")[0])
    token = attributes.pop("data-csrf-token")
    assert attributes == {
        "defer": None,
        "src": "/static/mizan_htmx/mizan.min.js",
        "data-mount": "/api/mizan/",
        "data-csrf-header": "X-Csrftoken",
        "data-session": "anonymous",
        "data-login": "/login/",
    }
    answer = site.browser.post("/api/mizan/call/", {"fn": "count_up"}, headers={"X-CSRFToken": token})
    assert answer.json() == {"result": 1, "invalidate": ["notifications"]}


def test_the_mount_point_is_where_the_urls_are(site: Site, settings: Settings) -> None:
    settings.ROOT_URLCONF = (
        path("page/", site.page_view),
        path("deep/er/", include("mizan_htmx.urls")),
    )

    assert site.page("{% mizan_scripts htmx=None %}") == SHIM.replace("/api/mizan/", "/deep/er/")


def test_the_scripts_need_the_request(site: Site) -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        Template("{% mizan_scripts %}").render(Context())

    assert str(caught.value) == "{% mizan_scripts %} needs the request. Render with render(request, …)."
