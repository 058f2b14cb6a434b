"""Which htmx a page has: one that django-htmx ships, a file of the site's, an address, or the page's own."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe
from pytest_django import Settings

from tests.helpers.blocks import Site, syntax_error

pytestmark = pytest.mark.usefixtures("functions")


# A file that is there, as the site's own would be.
FILE = "django_htmx/htmax-4.min.js"


def tags(site: Site, arguments: str, **context: object) -> list[str]:
    """List the script tags of a page, without what every one of the shim's says."""
    return re.findall(r"<script[^>]*>", site.page(f"{{% mizan_scripts {arguments} %}}", **context))


def first(site: Site, arguments: str, **context: object) -> str:
    """Give the first script tag."""
    return tags(site, arguments, **context)[0]


def test_a_file_of_the_sites_own_stands_first(any_site: Site) -> None:
    htmx, shim, *_ = tags(any_site, f'htmx="{FILE}"')

    assert htmx == f'<script src="/static/{FILE}" defer>'
    assert 'src="/static/mizan_htmx/mizan.min.js"' in shim


@pytest.mark.parametrize("wrap", [str, mark_safe, lazystr])
def test_a_file_may_be_in_a_variable(site: Site, settings: Settings, wrap: type) -> None:
    for settings.DEBUG in (False, True):
        assert first(site, "htmx=file", file=wrap(FILE)) == f'<script src="/static/{FILE}" defer>'


def test_a_version_may_be_in_a_variable(site: Site) -> None:
    assert first(site, "htmx=version", version=4) == '<script src="/static/django_htmx/htmx-4.min.js" defer>'
    assert "mizan_htmx/mizan.min.js" in first(site, "htmx=version", version=None)


def test_a_file_is_where_static_files_are(site: Site, settings: Settings) -> None:
    settings.STATIC_URL = "https://cdn.example/a&b/"

    assert first(site, f'htmx="{FILE}"') == f'<script src="https://cdn.example/a&amp;b/{FILE}" defer>'


@pytest.mark.parametrize(
    "address",
    [
        "https://cdn.example/htmx.js?a=1&b=2",
        "http://localhost:5173/htmx.js",
        "//cdn.example/htmx.js",
        "/a.js",
    ],
)
def test_a_url_is_taken_as_it_is(site: Site, settings: Settings, address: str) -> None:
    escaped = address.replace("&", "&amp;")
    for settings.DEBUG in (False, True):
        assert first(site, "htmx=address", address=address) == f'<script src="{escaped}" defer>'


def test_what_a_url_has_is_escaped_however_safe_it_claims_to_be(site: Site) -> None:
    tag = first(site, "htmx=address", address=mark_safe('/a.js"></script><script>'))

    assert tag == '<script src="/a.js&quot;&gt;&lt;/script&gt;&lt;script&gt;" defer>'


def test_a_file_of_the_sites_own_has_the_nonce(site: Site) -> None:
    tag = first(site, f'htmx="{FILE}"', csp_nonce='"n0nce')

    assert tag == f'<script src="/static/{FILE}" defer nonce="&quot;n0nce">'


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ('htmx="4"', "'4'"),
        ("htmx=3", "3"),
        ("htmx=nothing_called_so", "''"),
        ('htmx=" "', "' '"),
        ("htmx=True", "True"),
        ("htmx=files", "['a.js']"),
    ],
)
def test_what_is_neither_says_what_would_be(site: Site, arguments: str, shown: str) -> None:
    assert syntax_error(site, f"{{% mizan_scripts {arguments} %}}", files=["a.js"]) == (
        f"{{% mizan_scripts htmx={shown} %}}: htmx must be 2, 4, None, or the path of a static file in"
        " quotes, 'site/htmx.min.js'."
    )


MISSING = (
    "{{% mizan_scripts htmx={0!r} %}}: there is no static file {0!r}. Put it into a folder called static,"
    " or correct the path."
)


@pytest.mark.parametrize("path", ["site/htmx.min.js", "django_htmx", "../settings.py", "static/" + FILE])
def test_a_file_that_is_missing_is_named_while_debugging(site: Site, settings: Settings, path: str) -> None:
    settings.DEBUG = True

    assert syntax_error(site, f'{{% mizan_scripts htmx="{path}" %}}') == MISSING.format(path)


def test_a_file_that_was_only_collected_is_there(site: Site, settings: Settings, tmp_path: Path) -> None:
    settings.DEBUG, settings.STATIC_ROOT = True, tmp_path
    (tmp_path / "collected.js").write_text("")

    assert first(site, 'htmx="collected.js"') == '<script src="/static/collected.js" defer>'


def test_nobody_looks_for_a_file_where_others_serve_them(site: Site, settings: Settings) -> None:
    settings.DEBUG = True
    settings.INSTALLED_APPS = [
        name for name in settings.INSTALLED_APPS if name != "django.contrib.staticfiles"
    ]

    assert first(site, 'htmx="elsewhere.js"') == '<script src="/static/elsewhere.js" defer>'


def test_a_file_is_the_one_of_the_manifest_or_named_as_missing(
    site: Site, settings: Settings, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    paths = [FILE, *(f"mizan_htmx/{Path(name).name}" for name in finders_of_the_shim())]
    listed = ", ".join(f'"{path}": "{path.replace(".js", ".0123.js")}"' for path in paths)
    manifest = f'{{"version": "1.1", "hash": "abc", "paths": {{{listed}}}}}'
    (tmp_path / "staticfiles.json").write_text(manifest)

    assert first(site, f'htmx="{FILE}"') == f'<script src="/static/{FILE.replace(".js", ".0123.js")}" defer>'
    assert syntax_error(site, '{% mizan_scripts htmx="site/htmx.js" %}') == (
        MISSING.format("site/htmx.js") + " (Missing staticfiles manifest entry for 'site/htmx.js')"
    )


def finders_of_the_shim() -> list[str]:
    """List the files of the shim."""
    shim = finders.find("mizan_htmx/mizan.js")
    assert isinstance(shim, str)
    return [str(each) for each in Path(shim).parent.glob("*.js")]


def test_django_htmx_shows_its_error_pages_with_a_file_of_the_sites_own_too(
    site: Site, settings: Settings
) -> None:
    settings.DEBUG = True
    of_2, of_file = (
        [tag for tag in tags(site, f"htmx={htmx}") if "django-htmx.js" in tag] for htmx in ("2", f'"{FILE}"')
    )

    assert of_file == of_2 != []


@pytest.mark.parametrize("htmx", ["2", "4", f'"{FILE}"', "None"])
@pytest.mark.parametrize("debug", [False, True])
def test_without_defer_no_script_has_it_and_nothing_else_changes(
    any_site: Site, settings: Settings, htmx: str, debug: bool
) -> None:
    settings.DEBUG = debug
    deferred = tags(any_site, f"htmx={htmx}", csp_nonce='" defer')
    at_once = tags(any_site, f"htmx={htmx} defer=False", csp_nonce='" defer')

    assert [tag for tag in at_once if re.search(r" defer(?!\")", tag.replace("&quot; defer", ""))] == []
    assert at_once == [tag.replace("<script defer", "<script").replace('" defer', '"') for tag in deferred]
    assert all("defer" in tag for tag in deferred)
