"""``from_query="page"``: parameters that come from the page's address, at first and on each refresh."""

import datetime
import enum
from decimal import Decimal
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.http import HttpRequest, QueryDict

from mizan_htmx import client, register
from mizan_htmx.blocks.from_query import MAX_CHARACTERS
from mizan_htmx.testing import isolated_registry
from tests.helpers.blocks import Site, blocks_of, syntax_error

END = "{% endmizan_context %}"


class Status(enum.Enum):
    """What becomes of a ticket."""

    OPEN = "open"
    CLOSED = "closed"


@pytest.fixture
def tickets(site: Site) -> Site:
    """Return a site whose context ``tickets`` has parameters of many types, all of them with a default."""

    @client(context="tickets")
    def listed(
        request: HttpRequest,
        page: int = 1,
        q: str = "",
        status: Status | None = None,
        urgent: bool = False,
        since: datetime.date | None = None,
        price: Decimal = Decimal(0),
    ) -> str:
        return f"page {page}, q {q!r}, {status}, {urgent}, {since}, {price}"

    @client(context="ticket")
    def ticket(request: HttpRequest, ticket_id: int, tab: str = "main") -> str:
        return f"{ticket_id} {tab}"

    for each in (listed, ticket):
        register(each)
    return site


def block(tag: str, content: str = "<p>{{ listed }}</p>") -> str:
    return f"{{% mizan_context {tag} %}}{content}{END}"


def visit(site: Site, query: str, tag: str = '"tickets" from_query="page q"', content: str = "") -> str:
    """Give the page at an address with this query; it refreshes to the same text."""
    site.write("page.html", block(tag, content or "<p>{{ listed|safe }}</p>"))
    response = site.get(f"{site.address}?{query}")
    assert response.status_code == 200, response.text
    site.assert_refreshes_alike(response.text)
    return response.text


def fields_of(html: str) -> dict[str, str]:
    """Give what the URL of the first block has beside its token."""
    query = urlsplit(blocks_of(html)[0]["hx-get"]).query
    return {name: str(text) for name, text in QueryDict(query).items() if name != "block"}


def shown(html: str) -> str:
    return html.partition("<p>")[2].partition("</p>")[0]


def bound(html: str) -> str:
    return blocks_of(html)[0]["data-mizan"]


@pytest.mark.parametrize("server", ["wsgi", "asgi"])
@pytest.mark.parametrize("address", ["/page/", "/async/"])
def test_a_parameter_is_the_last_value_of_its_key_in_the_address(
    tickets: Site, server: str, address: str
) -> None:
    tickets.server, tickets.address = server, address

    html = visit(tickets, "page=1&q=a+b%26%C3%A9&page=3&other=5")

    assert shown(html) == "page 3, q 'a b&é', None, False, None, 0"
    assert bound(html) == "tickets;page=3;q=a%20b%26%C3%A9"
    assert fields_of(html) == {"page": "3", "q": "a b&é"}
    assert blocks_of(html)[0]["data-mizan-query"] == "page q"


@pytest.mark.parametrize("query", ["", "page=", "page=&q=", "page=2&page=", "PAGE=2", "x=page=2"])
def test_what_is_missing_or_empty_is_the_readers_default(tickets: Site, query: str) -> None:
    html = visit(tickets, query)

    assert (shown(html)[:13], bound(html), fields_of(html)) == ("page 1, q '',", "tickets", {})


@pytest.mark.parametrize(
    ("name", "text", "key", "means"),
    [
        ("page", "abc", "", "page 1"),
        ("page", "1.5", "", "page 1"),
        ("page", "02", ";page=2", "page 2"),
        ("page", " ", "", "page 1"),
        ("page", "9" * 2000, f";page={'9' * 2000}", "page 999"),
        ("q", "a\0b", "", "q ''"),
        ("q", "\ufffd", ";q=%EF%BF%BD", "q '\ufffd'"),
        ("status", "closed", ";status=closed", "Status.CLOSED"),
        ("status", "lost", "", "None, False"),
        ("urgent", "on", ";urgent=true", "True"),
        ("urgent", "0", ";urgent=false", "False"),
        ("urgent", "maybe", "", "False"),
        ("since", "2026-01-31", ";since=2026-01-31", "2026-01-31"),
        ("since", "2026-02-31", "", "None, 0"),
        ("price", "1.50", ";price=1.5", "1.5"),
        ("price", "NaN", "", ", 0"),
        ("price", "1e9999", "", ", 0"),
    ],
)
def test_an_unfit_value_is_the_readers_default_and_the_url_has_it_as_it_was(
    tickets: Site, name: str, text: str, key: str, means: str
) -> None:
    other = "page" if name == "q" else "q"
    query = f"{name}={quote(text, safe='')}&{other}=7"

    html = visit(tickets, query, f'"tickets" from_query="{name} {other}"')

    assert means in shown(html)
    parts = sorted([key, f";{other}=7"])
    assert bound(html) == f"tickets{''.join(parts)}"
    assert fields_of(html) == {name: text, other: "7"}


def test_bytes_that_are_no_text_are_replaced(tickets: Site) -> None:
    html = visit(tickets, "q=%ff%zz")

    assert fields_of(html) == {"q": "\ufffd%zz"}


def test_another_key_may_be_named_with_any_characters(tickets: Site) -> None:
    tag = '"tickets" from_query=" page:tickets_page   q:filter[q] status:a:b  urgent:urgent "'

    html = visit(tickets, "tickets_page=2&page=9&filter[q]=x&a:b=open&urgent=1", tag)

    assert shown(html) == "page 2, q 'x', Status.OPEN, True, None, 0"
    assert blocks_of(html)[0]["data-mizan-query"] == "page:tickets_page q:filter[q] status:a:b urgent"


def test_the_list_may_be_a_variable_and_nothing(tickets: Site) -> None:
    tickets.write("page.html", block('"tickets" from_query=names'))
    for names, expected in [("page", "tickets;page=2"), ("", "tickets"), (None, "tickets"), (" ", "tickets")]:
        tickets.variables = {"names": names}
        html = tickets.get("/page/?page=2").text
        assert bound(html) == expected
        assert ("data-mizan-query" in html) is (names == "page")


def test_the_id_does_not_depend_on_the_address(tickets: Site) -> None:
    tag = '"ticket" ticket_id=5 from_query="tab"'
    pages = [visit(tickets, query, tag, "<p>{{ ticket }}</p>") for query in ("", "tab=log", "tab=a&x=1")]

    assert len({blocks_of(html)[0]["id"] for html in pages}) == 1
    tokens = {parse_qs(urlsplit(blocks_of(html)[0]["hx-get"]).query)["block"][0] for html in pages}
    assert len(tokens) == 1
    assert [bound(html) for html in pages] == [
        *("ticket;ticket_id=5", "ticket;tab=log;ticket_id=5", "ticket;tab=a;ticket_id=5")
    ]


def test_a_refresh_takes_the_values_of_its_own_url(tickets: Site) -> None:
    html = visit(tickets, "page=2", '"tickets" from_query="page:p q"', "<p>{{ listed }}</p>")
    url = blocks_of(html)[0]["hx-get"]

    for query, expected in [("&page=3&p=4", "tickets;page=3"), ("&page=x&q=", "tickets")]:
        moved = tickets.get(url.partition("&")[0] + query)
        assert bound(moved.text) == expected
    assert fields_of(moved.text) == {"page": "x"}


def test_several_contexts_take_what_they_know(tickets: Site) -> None:
    html = visit(tickets, "tab=log&page=2", '"ticket" "tickets" ticket_id=5 from_query="page tab"')

    assert bound(html) == "ticket;tab=log;ticket_id=5, tickets;page=2"


def test_values_that_are_too_long_together_are_left_out(tickets: Site) -> None:
    room = MAX_CHARACTERS - 1

    assert fields_of(visit(tickets, f"q={'a' * room}&page=2")) == {"q": "a" * room, "page": "2"}
    assert fields_of(visit(tickets, f"q={'a' * (room + 2)}&page=2")) == {"page": "2"}
    assert fields_of(visit(tickets, f"q={'é' * (MAX_CHARACTERS // 6 + 1)}&page=2")) == {"page": "2"}
    tag = '"tickets" from_query="q page"'
    assert fields_of(visit(tickets, f"page=2&q={'a' * MAX_CHARACTERS}", tag)) == {"q": "a" * MAX_CHARACTERS}


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        (
            '"tickets" from_query="pages"',
            "Context 'tickets' has no parameter 'pages', which from_query names in {% mizan_context %}. Did"
            " you mean 'page'? Known parameters: page, price, q, since, status, urgent.",
        ),
        (
            '"ticket" ticket_id=5 from_query="tab ticket_id"',
            "from_query names 'ticket_id' of context 'ticket', which an address may be without. Give it a"
            " default in ticket, or write ticket_id=… in {% mizan_context %}.",
        ),
        (
            '"tickets" page=2 from_query="q page"',
            "{% mizan_context %} with context 'tickets' gets 'page' twice: by page=… and by from_query. Keep"
            " one.",
        ),
        (
            '"tickets" from_query="page q page:p"',
            "from_query='page q page:p' has the parameter 'page' twice. Keep one.",
        ),
        *[
            (
                f'"tickets" from_query="{text}"',
                f"from_query={text!r} has {part!r}, which names no parameter."
                ' Write from_query="page q": parameters, or parameter:key, with spaces between them.',
            )
            for text, part in [("page,q", "page,q"), ("page:", "page:"), (":page q", ":page")]
        ],
    ],
)
def test_what_is_wrong_is_found_when_the_tag_is_compiled_and_in_variables_when_it_renders(
    tickets: Site, tag: str, message: str
) -> None:
    written_out = f"{{% if False %}}{block(tag)}{{% endif %}}"
    assert syntax_error(tickets, written_out) == message

    before, _, text = tag.partition("from_query=")
    assert syntax_error(tickets, block(f"{before}from_query=names"), names=text.strip('"')) == message


def test_a_required_parameter_needs_a_default_and_not_only_a_value(tickets: Site) -> None:
    assert syntax_error(tickets, block('"ticket" from_query="ticket_id"')) == (
        "from_query names 'ticket_id' of context 'ticket', which an address may be without. Give it a default"
        " in ticket, or write ticket_id=… in {% mizan_context %}."
    )


def test_a_parameter_of_that_name_is_a_parameter(site: Site) -> None:
    @client(context="odd")
    def odd(request: HttpRequest, from_query: str = "") -> str:
        return from_query

    register(odd)

    html = site.page(block('"odd" from_query="page"', "<p>{{ odd }}</p>"))

    assert (shown(html), bound(html)) == ("page", "odd;from_query=page")
    assert "data-mizan-query" not in html


def test_a_token_of_a_parameter_that_is_gone_does_not_fail(tickets: Site) -> None:
    url = blocks_of(visit(tickets, "page=2&q=x", '"tickets" from_query="page q" as list'))[0]["hx-get"]
    tickets.write("page.html", block('"tickets" from_query="q" as list'))

    with isolated_registry():

        @client(context="tickets")
        def listed(request: HttpRequest, q: str = "") -> str:
            return q

        register(listed)
        assert bound(tickets.get(url).text) == "tickets;q=x"
