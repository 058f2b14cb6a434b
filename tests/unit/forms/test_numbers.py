"""Numbers of JSON are data: a localized field reads them as they are, and text in the visitor's language."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django import forms
from django.http import HttpRequest
from django.template import Context, Template
from django.utils import translation
from pytest_django import Settings

from mizan_htmx.forms import mizanFormMeta, mizanFormMixin
from tests.helpers.forms import elements, field, form_url, post, result
from tests.helpers.visitor import CALL, Visitor, over_wsgi

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forms_site")]

LANGUAGES = ["de", "de-ch", "fr", "en", "hi"]


class Money(forms.MultiWidget):
    """A price and its currency."""

    def __init__(self) -> None:
        super().__init__({"amount": forms.TextInput(), "currency": forms.TextInput()})

    def decompress(self, value: Any) -> list[Any]:
        """Give the parts."""
        return value or ["", ""]


class MoneyField(forms.MultiValueField):
    """A price and its currency, of which the first is written as the visitor does."""

    widget = Money

    def __init__(self, **options: Any) -> None:
        super().__init__((forms.DecimalField(localize=True), forms.CharField()), **options)

    def compress(self, data_list: list[Any]) -> Any:
        """Give the whole."""
        return data_list


class PriceForm(forms.Form):
    """Every field that reads numbers."""

    rate = forms.TypedChoiceField(coerce=float, choices=[(1.5, "Half")], localize=True, required=False)
    decimal = forms.DecimalField(localize=True, required=False)
    float = forms.FloatField(localize=True, required=False)
    integer = forms.IntegerField(localize=True, required=False)
    plain = forms.DecimalField(required=False)
    exact = forms.DecimalField(localize=True, required=False, max_digits=8, decimal_places=2)
    span = forms.DurationField(localize=True, required=False)
    money = MoneyField(required=False)
    text = forms.CharField(localize=True, required=False)
    day = forms.DateField(localize=True, required=False)
    at = forms.DateTimeField(localize=True, required=False)
    truth = forms.BooleanField(localize=True, required=False)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest, settings: Settings) -> str:
    """Serve a site in one language, with thousands set apart."""
    settings.LANGUAGE_CODE = request.param
    settings.USE_THOUSAND_SEPARATOR = True
    return str(request.param)


@pytest.fixture
def german(settings: Settings) -> None:
    """Serve a site in German, where 1.234 is 1234 and 1,5 one and a half."""
    settings.LANGUAGE_CODE = "de"
    settings.USE_THOUSAND_SEPARATOR = True


def declare(**options: Any) -> list[Any]:
    """Declare a form of prices, and its formset; remember what they cleaned."""
    seen: list[Any] = []

    class Prices(mizanFormMixin, PriceForm):
        mizan = mizanFormMeta(name="price", enable_formset=True)

        def on_submit_success(self, request: HttpRequest) -> None:
            seen.append({name: value for name, value in self.cleaned_data.items() if value})

        @classmethod
        def get_init_kwargs(cls, request: HttpRequest) -> dict[str, Any]:
            return options

    assert Prices.mizan.name == "price"
    return seen


def accept(visitor: Visitor, function: str, **args: object) -> None:
    """Validate and submit, and be taken."""
    checked = result(visitor.call(f"{function}.validate", **args))
    assert checked["errors"] == []
    assert result(visitor.call(f"{function}.submit", **args))["success"] is True


@over_wsgi
@pytest.mark.parametrize(
    "number", [0.1, 1.5, 1.234, 1234.567, -0.25, 1e-7, 1234567, 1e16, 1e21, 12345678.9, 2**63]
)
def test_a_number_is_the_number_it_is(number: float, language: str, visitor: Visitor) -> None:
    seen = declare()
    fields = dict.fromkeys(("decimal", "float", "plain"), number)
    accept(visitor, "price", **fields)
    accept(visitor, "price", data=fields)
    assert [{name: float(value) for name, value in each.items()} for each in seen] == [fields] * 2


@pytest.mark.usefixtures("german")
def test_whatever_brought_it(visitor: Visitor) -> None:
    seen = declare()
    accept(visitor, "price", decimal=1.234, integer=1234)
    accept(visitor, "price.formset", forms=[{"decimal": 1.234}])
    assert seen == [{"decimal": Decimal("1.234"), "integer": 1234}, {"decimal": Decimal("1.234")}]


@over_wsgi
@pytest.mark.parametrize("number", [7, 1234, 1234567, 5.0, 1e16, -3])
def test_a_whole_number_is_one(number: float, language: str, visitor: Visitor) -> None:
    seen = declare()
    accept(visitor, "price", integer=number)
    assert seen == [{"integer": int(number)}]


@over_wsgi
def test_a_fraction_is_no_whole_number(language: str, visitor: Visitor) -> None:
    declare()
    errors = result(visitor.call("price.submit", integer=1.234))["errors"]
    with translation.override(language):
        assert errors == {"integer": [str(forms.IntegerField.default_error_messages["invalid"])]}


@over_wsgi
def test_a_number_has_no_more_places_than_the_field(language: str, visitor: Visitor) -> None:
    seen = declare()
    assert [*result(visitor.call("price.submit", exact=1.234))["errors"]] == ["exact"]
    accept(visitor, "price", exact=1234.5)
    assert seen == [{"exact": Decimal("1234.5")}]


@over_wsgi
def test_a_number_is_a_time_in_seconds(language: str, visitor: Visitor) -> None:
    seen = declare()
    for seconds in (1.5, 1234):
        accept(visitor, "price", span=seconds)
    assert seen == [{"span": timedelta(seconds=1.5)}, {"span": timedelta(seconds=1234)}]


@over_wsgi
def test_a_part_of_a_field_is_a_field(language: str, visitor: Visitor) -> None:
    seen = declare()
    accept(visitor, "price", money_amount=1.234, money_currency="EUR")
    assert seen == [{"money": [Decimal("1.234"), "EUR"]}]


@over_wsgi
def test_in_rows(language: str, visitor: Visitor) -> None:
    seen = declare()
    accept(
        visitor, "price.formset", forms=[{"decimal": 1.234}, {"money_amount": 0.125, "money_currency": "EUR"}]
    )
    management = {"price-TOTAL_FORMS": 2, "price-INITIAL_FORMS": 0}
    accept(visitor, "price.formset", data={**management, "price-0-decimal": 1.234, "price-1-float": 5.678})
    accept(visitor, "price.formset", **{**management, "price-1-decimal": 1.234})
    assert seen == [
        {"decimal": Decimal("1.234")},
        {"money": [Decimal("0.125"), "EUR"]},
        {"decimal": Decimal("1.234")},
        {"float": 5.678},
        {"decimal": Decimal("1.234")},
    ]


@over_wsgi
def test_under_a_prefix(language: str, visitor: Visitor) -> None:
    seen = declare(prefix="p")
    for args in ({"decimal": 1.234, "money_amount": 0.125}, {"p-decimal": 1.234, "p-money_amount": 0.125}):
        accept(visitor, "price", **args, **{"p-money_currency": "EUR"})
    assert seen == [{"decimal": Decimal("1.234"), "money": [Decimal("0.125"), "EUR"]}] * 2


@pytest.mark.usefixtures("german")
class TestText:
    """What a person typed is read in their language, whoever sends it."""

    TYPED = [("1.234", "1234"), ("1.234,5", "1234.5"), ("1,5", "1.5")]  # noqa: RUF012

    @pytest.mark.parametrize(("typed", "meant"), TYPED)
    def test_as_json(self, typed: str, meant: str, visitor: Visitor) -> None:
        seen = declare()
        accept(visitor, "price", decimal=typed)
        accept(visitor, "price.formset", forms=[{"decimal": typed}])
        assert seen == [{"decimal": Decimal(meant)}] * 2

    @pytest.mark.parametrize(("typed", "meant"), TYPED)
    def test_from_a_page(self, typed: str, meant: str, visitor: Visitor) -> None:
        seen = declare()
        assert post(visitor, form_url("price"), {"decimal": typed}).status_code == 200
        assert seen == [{"decimal": Decimal(meant)}]

    @pytest.mark.parametrize("number", [1.234, Decimal("1.234"), 1234, "1,234"])
    def test_what_a_page_calls_with(self, number: object, visitor: Visitor) -> None:
        seen = declare()
        tag = '{% load mizan %}<b {% mizan_call "price.submit" decimal=given plain=1.5 %}>'
        with translation.override("de"):
            [button] = elements(Template(tag).render(Context({"given": number})), tag="b")
        assert result(visitor.form(CALL, urlencode(json.loads(button["hx-vals"]))))["success"] is True
        assert seen == [{"decimal": 1234 if number == 1234 else Decimal("1.234"), "plain": Decimal("1.5")}]

    def test_a_number_in_a_field_of_text_is_its_plain_text(self, visitor: Visitor) -> None:
        seen = declare()
        for number in (1.5, 1234, 1e21):
            accept(visitor, "price", text=number)
        assert [each["text"] for each in seen] == ["1.5", "1234", "1000000000000000000000"]

    def test_a_number_among_choices_is_one_of_them(self, visitor: Visitor) -> None:
        seen = declare()
        accept(visitor, "price", rate=1.5)
        assert seen == [{"rate": 1.5}]


@over_wsgi
@pytest.mark.parametrize("text", ["2026-01-31", "2026-01-31T09:30:00", "2026-01-31T09:30:00Z"])
def test_dates_of_json_are_read_in_any_language(text: str, language: str, visitor: Visitor) -> None:
    seen = declare()
    name = "at" if "T" in text else "day"
    accept(visitor, "price", **{name: text})
    assert seen[0][name].isoformat()[:10] == "2026-01-31"


@over_wsgi
def test_truth_is_truth_in_any_language(language: str, visitor: Visitor) -> None:
    seen = declare()
    accept(visitor, "price", truth=True)
    accept(visitor, "price", truth=False)
    assert seen == [{"truth": True}, {}]


@over_wsgi
@pytest.mark.usefixtures("german")
class TestSchema:
    """What a field begins with comes back as it was, whoever sends it untouched."""

    def initial(self, visitor: Visitor, name: str, value: object) -> Any:
        """Give what the schema says that a field begins with."""
        declare(initial={name: value})
        fields = {each["name"]: each for each in result(visitor.call("price.schema"))["fields"]}
        return fields[name]["initial"]

    def test_a_localized_number_stands_there_as_on_the_page(self, visitor: Visitor) -> None:
        assert self.initial(visitor, "decimal", Decimal("1.234")) == "1,234"
        html = visitor.get(form_url("price")).text
        assert field(html, "decimal")["value"] == "1,234"

    def test_and_is_the_same_number_when_it_comes_back(self, visitor: Visitor) -> None:
        value = self.initial(visitor, "decimal", Decimal("1234.567"))
        errors = result(visitor.call("price.submit", decimal=value))
        assert errors["success"] is True
        assert value == "1.234,567"

    @pytest.mark.parametrize(("name", "value"), [("plain", 1.5), ("truth", True), ("decimal", None)])
    def test_all_else_stands_there_as_data(self, name: str, value: object, visitor: Visitor) -> None:
        assert self.initial(visitor, name, value) == value
