"""The names of headers: each stands in one module, and in the protocol's table."""

import doctest
import re
from pathlib import Path

from django.http.request import HttpHeaders

from mizan_htmx.protocol import headers

ROOT = Path(__file__).resolve().parents[3]
NAMES = {text for name, text in vars(headers).items() if name.endswith("_HEADER")}


def test_they_are_those_of_the_protocol_page() -> None:
    page = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    section = page.partition("\n## Headers\n")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"^\| `([\w-]+)`", section, re.MULTILINE)) == sorted(NAMES)


def test_no_other_module_writes_one_out() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / "mizan_htmx").rglob("*.py")
        for name in re.findall(
            r"[\"'](X-Mizan-[\w-]+|HTTP_X_MIZAN_\w+)[\"']", path.read_text(encoding="utf-8")
        )
        if path.name != "headers.py"
    }
    assert found == set()


def test_the_scripts_know_them_by_these_names() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "static").rglob("*.js")]
    assert {name for text in texts for name in re.findall(r"X-Mizan-[A-Za-z]+", text)} <= NAMES


def test_in_meta_they_have_the_names_that_django_gives_them() -> None:
    metas = {name: text for name, text in vars(headers).items() if name.endswith("_META")}
    assert set(metas) == {"BLOCKS_META", "CURRENT_URL_ENCODED_META", "CURRENT_URL_META", "UNTICKED_META"}
    for name, text in metas.items():
        header: str = vars(headers)[name.replace("_META", "_HEADER")]
        assert HttpHeaders.to_wsgi_name(header) == text


def test_the_example_holds() -> None:
    assert doctest.testmod(headers).failed == 0
