"""A form described as data: exact JSON for every kind of field."""

import datetime
import decimal
import uuid
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminSplitDateTime, AdminTextareaWidget
from django.contrib.auth.models import Group, User
from django.core.files import File
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from mizan_htmx.forms import mizanFormMeta, mizanFormMixin
from tests.helpers.forms import declare_card, declare_contact, result
from tests.helpers.visitor import Visitor, over_wsgi
from tests.site.models import Board, Card

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forms_site")]

PLAIN = {
    "label": "Field",
    "type": "text",
    "field": "CharField",
    "widget": "TextInput",
    "required": True,
    "disabled": False,
    "help_text": "",
    "initial": None,
    "min_length": None,
    "max_length": None,
    "choices": None,
}


def described(visitor: Visitor, field: forms.Field, **init: Any) -> Any:
    """Give how a field's schema differs from that of the plainest one."""

    class Form(mizanFormMixin, forms.Form):
        mizan = mizanFormMeta(name="one")

        @classmethod
        def get_init_kwargs(cls, request: HttpRequest) -> dict[str, Any]:
            return init

    Form.base_fields = {"field": field}
    [schema] = result(visitor.call("one.schema"))["fields"]
    assert schema.pop("name") == "field"
    assert schema.keys() == PLAIN.keys()
    return {name: value for name, value in schema.items() if value != PLAIN[name]}


def test_a_schema_holds_the_texts_and_the_fields_in_order(visitor: Visitor) -> None:
    declare_contact(title="Contact us", subtitle=gettext_lazy("Monday"), submit_label="Send")
    assert result(visitor.call("contact.schema")) == {
        "name": "contact",
        "title": "Contact us",
        "subtitle": "Monday",
        "submit_label": "Send",
        "fields": [
            {**PLAIN, "name": "name", "label": "Name", "help_text": "As you like it.", "max_length": 20},
            {
                **PLAIN,
                "name": "email",
                "label": "Email",
                "field": "EmailField",
                "type": "email",
                "widget": "EmailInput",
                "max_length": 320,
            },
        ],
    }


def test_a_schema_without_texts_says_so(visitor: Visitor) -> None:
    declare_contact(fields={})
    schema = result(visitor.call("contact.schema"))
    assert [schema[name] for name in ("title", "subtitle", "submit_label")] == [None, None, "Submit"]


PAIRS = [("a", "A"), ("b", gettext_lazy("Monday"))]
ALL_PAIRS = [["a", "A"], ["b", "Monday"]]

KINDS: dict[str, tuple[forms.Field, dict[str, Any]]] = {
    "text": (forms.CharField(min_length=2, max_length=9), {"min_length": 2, "max_length": 9}),
    "optional": (forms.CharField(required=False), {"required": False}),
    "disabled": (forms.CharField(disabled=True, initial="x"), {"disabled": True, "initial": "x"}),
    "texts": (
        forms.CharField(label=gettext_lazy("Monday"), help_text=gettext_lazy("Tuesday")),
        {"label": "Monday", "help_text": "Tuesday"},
    ),
    "area": (forms.CharField(widget=forms.Textarea), {"type": "textarea", "widget": "Textarea"}),
    "password": (
        forms.CharField(widget=forms.PasswordInput),
        {"type": "password", "widget": "PasswordInput"},
    ),
    "hidden": (forms.CharField(widget=forms.HiddenInput), {"type": "hidden", "widget": "HiddenInput"}),
    "integer": (
        forms.IntegerField(initial=3),
        {"field": "IntegerField", "type": "number", "widget": "NumberInput", "initial": 3},
    ),
    "float": (
        forms.FloatField(initial=0.5),
        {"field": "FloatField", "type": "number", "widget": "NumberInput", "initial": 0.5},
    ),
    "decimal": (
        forms.DecimalField(initial=decimal.Decimal("1.50")),
        {"field": "DecimalField", "type": "number", "widget": "NumberInput", "initial": "1.50"},
    ),
    "truth": (
        forms.BooleanField(initial=True),
        {"field": "BooleanField", "type": "checkbox", "widget": "CheckboxInput", "initial": True},
    ),
    "perhaps": (
        forms.NullBooleanField(),
        {"field": "NullBooleanField", "type": "select", "widget": "NullBooleanSelect"},
    ),
    "date": (
        forms.DateField(initial=datetime.date(2026, 1, 31)),
        {"field": "DateField", "type": "date", "widget": "DateInput", "initial": "2026-01-31"},
    ),
    "date from a callable": (
        forms.DateField(initial=lambda: datetime.date(2026, 1, 31)),
        {"field": "DateField", "type": "date", "widget": "DateInput", "initial": "2026-01-31"},
    ),
    "time": (
        forms.TimeField(initial=datetime.time(9, 30)),
        {"field": "TimeField", "type": "time", "widget": "TimeInput", "initial": "09:30:00"},
    ),
    "moment": (
        forms.DateTimeField(initial=datetime.datetime(2026, 1, 31, 9, 30, tzinfo=datetime.UTC)),
        {
            "field": "DateTimeField",
            "type": "datetime",
            "widget": "DateTimeInput",
            "initial": "2026-01-31T09:30:00",
        },
    ),
    "span": (
        forms.DurationField(initial=datetime.timedelta(minutes=90)),
        {"field": "DurationField", "initial": "01:30:00"},
    ),
    "parts": (
        forms.SplitDateTimeField(),
        {"field": "SplitDateTimeField", "type": "datetime", "widget": "SplitDateTimeWidget"},
    ),
    "lazy initial": (forms.CharField(initial=gettext_lazy("Monday")), {"initial": "Monday"}),
    "uuid": (
        forms.UUIDField(initial=uuid.UUID(int=5)),
        {"field": "UUIDField", "initial": "00000000-0000-0000-0000-000000000005"},
    ),
    "json": (
        forms.JSONField(initial={"a": 1}),
        {"field": "JSONField", "type": "textarea", "widget": "Textarea", "initial": '{"a": 1}'},
    ),
    "slug": (forms.SlugField(), {"field": "SlugField"}),
    "pattern": (forms.RegexField("a+"), {"field": "RegexField"}),
    "file": (
        forms.FileField(max_length=50),
        {"field": "FileField", "type": "file", "widget": "ClearableFileInput", "max_length": 50},
    ),
    "file that is there": (
        forms.FileField(initial=File(BytesIO(b"secret"), name="a.txt")),
        {"field": "FileField", "type": "file", "widget": "ClearableFileInput", "initial": "a.txt"},
    ),
    "choice": (
        forms.ChoiceField(choices=PAIRS, initial="b"),
        {"field": "ChoiceField", "type": "select", "widget": "Select", "choices": ALL_PAIRS, "initial": "b"},
    ),
    "choice from a callable": (
        forms.ChoiceField(choices=lambda: PAIRS),
        {"field": "ChoiceField", "type": "select", "widget": "Select", "choices": ALL_PAIRS},
    ),
    "radio": (
        forms.ChoiceField(choices=PAIRS, widget=forms.RadioSelect),
        {"field": "ChoiceField", "type": "radio", "widget": "RadioSelect", "choices": ALL_PAIRS},
    ),
    "groups": (
        forms.ChoiceField(choices=[(gettext_lazy("Monday"), PAIRS), ("c", "C")]),
        {
            "field": "ChoiceField",
            "type": "select",
            "widget": "Select",
            "choices": [["Monday", ALL_PAIRS], ["c", "C"]],
        },
    ),
    "typed": (
        forms.TypedChoiceField(coerce=int, choices=[(1, "one"), (None, "none"), (True, "yes")]),
        {
            "field": "TypedChoiceField",
            "type": "select",
            "widget": "Select",
            "choices": [[1, "one"], [None, "none"], [True, "yes"]],
        },
    ),
    "many": (
        forms.MultipleChoiceField(choices=PAIRS, initial=["a", "b"]),
        {
            "field": "MultipleChoiceField",
            "type": "multiselect",
            "widget": "SelectMultiple",
            "choices": ALL_PAIRS,
            "initial": ["a", "b"],
        },
    ),
}


@over_wsgi
@pytest.mark.parametrize(("field", "expected"), KINDS.values(), ids=KINDS.keys())
def test_a_field_is_described(field: forms.Field, expected: dict[str, Any], visitor: Visitor) -> None:
    assert described(visitor, field) == expected


class Slider(forms.NumberInput):
    """A widget of a site's own that has a type of HTML."""

    input_type = "range"


class Canvas(forms.Widget):
    """A widget of a site's own that has none."""

    template_name = "canvas.html"


TYPES: dict[str, list[forms.Field]] = {
    "text": [
        forms.GenericIPAddressField(),
        forms.IntegerField(localize=True),
        forms.DecimalField(localize=True),
        forms.DateField(widget=forms.TextInput),
        forms.CharField(widget=Canvas),
        forms.ComboField(fields=[forms.CharField()]),
    ],
    "url": [forms.URLField(assume_scheme="https")],
    "password": [forms.CharField(widget=forms.PasswordInput(render_value=True))],
    "number": [forms.IntegerField(min_value=1), forms.CharField(widget=forms.NumberInput)],
    "checkbox": [forms.BooleanField(required=False), forms.NullBooleanField(widget=forms.CheckboxInput)],
    "select": [
        forms.TypedChoiceField(choices=PAIRS),
        forms.BooleanField(widget=forms.Select(choices=PAIRS)),
        forms.ModelChoiceField(Board.objects.all()),
        forms.FilePathField(path=str(Path(__file__).parent), match=r"test_schema.py$"),
    ],
    "multiselect": [
        forms.TypedMultipleChoiceField(choices=PAIRS),
        forms.MultipleChoiceField(choices=PAIRS, widget=forms.CheckboxSelectMultiple),
        forms.ModelMultipleChoiceField(Board.objects.all()),
        forms.ModelMultipleChoiceField(Board.objects.all(), widget=forms.CheckboxSelectMultiple),
    ],
    "radio": [
        forms.ModelChoiceField(Board.objects.all(), widget=forms.RadioSelect),
        forms.NullBooleanField(widget=forms.RadioSelect(choices=PAIRS)),
    ],
    "textarea": [forms.CharField(widget=AdminTextareaWidget), forms.JSONField()],
    "date": [
        forms.DateField(widget=forms.DateInput(attrs={"type": "date"})),
        forms.DateField(widget=forms.SelectDateWidget),
        forms.DateField(widget=AdminDateWidget),
    ],
    "datetime": [
        forms.DateTimeField(widget=forms.DateTimeInput(attrs={"type": "datetime-local"})),
        forms.SplitDateTimeField(widget=AdminSplitDateTime),
    ],
    "time": [forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}))],
    "file": [forms.ImageField(), forms.FileField(widget=forms.FileInput)],
    "hidden": [
        forms.BooleanField(widget=forms.HiddenInput),
        forms.ModelChoiceField(Board.objects.all(), widget=forms.HiddenInput),
        forms.MultipleChoiceField(choices=PAIRS, widget=forms.MultipleHiddenInput),
        forms.SplitDateTimeField(widget=forms.SplitHiddenDateTimeWidget),
    ],
    "color": [forms.CharField(widget=forms.ColorInput)],
    "tel": [forms.CharField(widget=forms.TelInput), forms.CharField(widget=forms.TextInput({"type": "tel"}))],
    "search": [forms.CharField(widget=forms.SearchInput)],
    "range": [forms.IntegerField(widget=Slider)],
}


@over_wsgi
@pytest.mark.parametrize(
    ("word", "field"), [(word, field) for word, fields in TYPES.items() for field in fields]
)
def test_the_type_is_what_the_page_shows(word: str, field: forms.Field, visitor: Visitor) -> None:
    found = {"type": "text", "field": "CharField", **described(visitor, field)}
    assert (found["type"], found["field"]) == (word, type(field).__name__)


@over_wsgi
@pytest.mark.parametrize(
    "field",
    [
        forms.ModelChoiceField(Board.objects.all(), widget=forms.HiddenInput),
        forms.ChoiceField(choices=PAIRS, widget=forms.HiddenInput),
        forms.MultipleChoiceField(choices=PAIRS, widget=forms.MultipleHiddenInput),
    ],
)
def test_a_hidden_field_shows_no_choices(field: forms.Field, visitor: Visitor) -> None:
    assert "choices" not in described(visitor, field)


def test_initial_of_the_form_goes_before_that_of_the_field(visitor: Visitor) -> None:
    field = forms.CharField(initial="field's")
    assert described(visitor, field, initial={"field": "form's"}) == {"initial": "form's"}


def test_choices_from_the_database_have_keys_and_texts(visitor: Visitor) -> None:
    ada, bob = (Board.objects.create(title=title) for title in ("Ada's", "Bob's"))
    field = forms.ModelChoiceField(Board.objects.order_by("title"), required=False, initial=bob)
    assert described(visitor, field) == {
        "field": "ModelChoiceField",
        "type": "select",
        "widget": "Select",
        "required": False,
        "initial": bob.pk,
        "choices": [["", field.empty_label], [ada.pk, "Ada's"], [bob.pk, "Bob's"]],
    }


def test_many_choices_from_the_database_have_keys_and_texts(visitor: Visitor) -> None:
    ada, bob = (Board.objects.create(title=title) for title in ("Ada's", "Bob's"))
    field = forms.ModelMultipleChoiceField(Board.objects.order_by("title"), initial=[ada, bob.pk])
    assert described(visitor, field) == {
        "field": "ModelMultipleChoiceField",
        "type": "multiselect",
        "widget": "SelectMultiple",
        "initial": [ada.pk, bob.pk],
        "choices": [[ada.pk, "Ada's"], [bob.pk, "Bob's"]],
    }


def test_a_choice_may_stand_for_the_value_of_another_field(visitor: Visitor) -> None:
    board = Board.objects.create(title="Ada's")
    field = forms.ModelChoiceField(Board.objects, to_field_name="title", empty_label=None, initial=board)
    assert described(visitor, field)["choices"] == [["Ada's", "Ada's"]]


def test_a_model_form_begins_with_its_instance(visitor: Visitor) -> None:
    board = Board.objects.create(title="Ada's")
    card = Card.objects.create(title="Buy milk", board=board)
    declare_card(get_init_kwargs=classmethod(lambda cls, request: {"instance": card}))
    fields = {each["name"]: each for each in result(visitor.call("card.schema"))["fields"]}
    assert (fields["board"]["initial"], fields["title"]["initial"]) == (board.pk, "Buy milk")
    assert fields["title"]["max_length"] == 100


def test_related_objects_of_an_instance_begin_as_keys(visitor: Visitor) -> None:
    group = Group.objects.create(name="Editors")
    user = User.objects.create(username="ada")
    user.groups.add(group)

    class UserForm(mizanFormMixin, forms.ModelForm):  # type: ignore[type-arg]
        mizan = mizanFormMeta(name="user")

        class Meta:
            model = User
            fields = ("groups",)

        @classmethod
        def get_init_kwargs(cls, request: HttpRequest) -> dict[str, Any]:
            return {"instance": user}

    [groups] = result(visitor.call("user.schema"))["fields"]
    assert (groups["initial"], groups["choices"]) == ([group.pk], [[group.pk, "Editors"]])


def test_a_formset_describes_its_rows_and_how_many_there_may_be(visitor: Visitor) -> None:
    options = {"min_num": 1, "max_num": 3, "can_delete": True, "can_order": True}
    declare_contact(enable_formset=True, formset_options=options, title="People")
    schema = result(visitor.call("contact.formset.schema"))
    fields = schema.pop("fields")
    assert schema == {
        "name": "contact",
        "title": "People",
        "subtitle": None,
        "submit_label": "Submit",
        "prefix": "contact",
        "min_num": 1,
        "max_num": 3,
        "can_delete": True,
        "can_order": True,
    }
    assert [(each["name"], each["type"], each["field"], each["required"]) for each in fields] == [
        ("name", "text", "CharField", True),
        ("email", "email", "EmailField", True),
        ("ORDER", "number", "IntegerField", False),
        ("DELETE", "checkbox", "BooleanField", False),
    ]


def test_a_form_without_a_formset_has_no_schema_of_one(visitor: Visitor) -> None:
    declare_contact()
    assert visitor.call("contact.formset.schema").status_code == 404
