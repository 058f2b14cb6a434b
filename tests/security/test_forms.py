"""Attacks on what a form says of itself: the id it has on its page, and whose object it edits."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from tests.helpers.forms import (
    VALID,
    declare_card,
    declare_contact,
    elements,
    field,
    form_url,
    post,
)
from tests.helpers.visitor import CALL, HEADER, Visitor, over_wsgi
from tests.site.models import Board, Card

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forms_site")]

CONTACT = form_url("contact")
VALIDATE = f"{CONTACT}validate/"

INJECTED = [
    '"><script>alert(1)</script>',
    "a b",
    "a'onclick=x",
    "x\n",
    "ä",
    "{{ 7 }}",
    "%s",
    "a" * 201,
    "",
    "\x00",
]


@over_wsgi
@pytest.mark.parametrize("injected", INJECTED)
@pytest.mark.parametrize("path", [CONTACT, VALIDATE])
def test_an_id_that_is_none_is_replaced_by_the_forms_own(injected: str, path: str, visitor: Visitor) -> None:
    declare_contact()
    html = post(visitor, path, {"mizan_form_id": injected}).text
    assert field(html, "mizan_form_id")["value"] == "mizan-form-contact"
    [form] = [each for each in elements(html) if each["tag"] == "form"]
    assert form["id"] == "mizan-form-contact"
    assert "<script>" not in html


@over_wsgi
@pytest.mark.parametrize("injected", INJECTED)
def test_an_injected_id_does_not_stand_in_a_success_either(injected: str, visitor: Visitor) -> None:
    declare_contact(on_submit_success=lambda self, request: {})
    html = post(visitor, CONTACT, {**VALID, "mizan_form_id": injected}).text
    assert html.startswith('<div class="mizan-form-success" id="mizan-form-contact"')


class TestSomebodyElses:
    """Whose object a form edits is for ``get_init_kwargs`` to say, whatever the query asks for."""

    @pytest.fixture
    def card(self) -> Card:
        """Give a card of somebody else, whose form refuses everybody."""

        def own_card(cls: Any, request: HttpRequest) -> dict[str, Any]:
            found = Card.objects.get(pk=request.GET["card_id"])
            if found.title == "Secret":
                raise PermissionDenied
            return {"instance": found}

        declare_card(get_init_kwargs=classmethod(own_card), affects="card", affects_params={"card_id": "pk"})
        return Card.objects.create(board=Board.objects.create(title="Eve's"), title="Secret")

    def test_it_is_neither_shown_nor_validated_nor_changed(self, card: Card, visitor: Visitor) -> None:
        path = form_url("card", card_id=card.pk)
        fields = {"board": card.board_id, "title": "Mine"}
        answers = [
            visitor.get(path),
            visitor.get(path, HX_Request="true"),
            post(visitor, path, fields),
            post(visitor, path, fields, htmx=False),
            post(visitor, path.replace("/card/", "/card/validate/"), fields),
        ]
        assert {(each.status_code, HEADER in each.headers) for each in answers} == {(403, False)}
        assert not any("Secret" in each.text for each in answers)
        card.refresh_from_db()
        assert card.title == "Secret"

    def test_a_field_of_that_name_does_not_help(self, card: Card, visitor: Visitor) -> None:
        mine = Card.objects.create(board=card.board, title="Mine")
        fields = {"board": card.board_id, "title": "Taken", "card_id": card.pk, "id": card.pk, "pk": card.pk}
        response = post(visitor, form_url("card", card_id=mine.pk), fields)
        assert (response.status_code, response.headers[HEADER]) == (200, f"card;card_id={mine.pk}")
        card.refresh_from_db()
        assert card.title == "Secret"

    def test_over_call_the_query_is_guarded_in_the_same_way(self, card: Card, visitor: Visitor) -> None:
        body = f'{{"fn": "card.submit", "args": {{"data": {{"board": {card.board_id}, "title": "x"}}}}}}'
        assert visitor.send("POST", f"{CALL}?card_id={card.pk}", body).status_code == 403
