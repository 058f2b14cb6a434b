"""The request is handed to a form, and to the rows of its formset, where ``__init__`` asks for it by name."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest
from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest

from mizan_htmx.forms import mizanFormMeta, mizanFormMixin
from tests.helpers.forms import elements, form_url, post, result
from tests.helpers.visitor import MOUNT, Visitor
from tests.site.models import Board, Card

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forms_site")]


class Asking(forms.Form):
    """Tells where the request came from that it was made with."""

    path = forms.CharField(required=False)

    def keep(self, request: HttpRequest | None) -> None:
        """Begin with the request's address."""
        self.fields["path"].initial = "none" if request is None else request.path


class ByKeyword(Asking):
    """Takes the request by its name."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keep(request)


class ByPosition(Asking):
    """Takes the request first, as Django's AuthenticationForm does."""

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keep(request)


class Inherited(ByKeyword):
    """Leaves ``__init__`` to its base."""


def logged(init: Callable[..., None]) -> Callable[..., None]:
    """Stand over an ``__init__`` as decorators do."""

    @wraps(init)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        init(*args, **kwargs)

    return wrapped


class Decorated(Asking):
    """Has a decorator over its ``__init__``."""

    @logged
    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keep(request)


class WithAny(Asking):
    """Takes whatever it is given, and names nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        request = kwargs.pop("request", None)
        super().__init__(*args, **kwargs)
        self.keep(request)


class InAll(Asking):
    """Calls everything it is given the request."""

    def __init__(self, *args: Any, **request: Any) -> None:
        super().__init__(*args, **request)
        self.keep(None)


TAKING: list[type[Any]] = [ByKeyword, ByPosition, Inherited, Decorated]
OTHERS: list[type[Any]] = [WithAny, InAll, Asking]


def declare(base: type[Any], **options: Any) -> Any:
    """Declare a form ``one`` with a formset."""
    body = {"mizan": mizanFormMeta(name="one", enable_formset=True), "__module__": __name__, **options}
    metaclass: Any = type(forms.Form)
    return metaclass("OneForm", (mizanFormMixin, base), body)


def initial(visitor: Visitor, function: str, **args: Any) -> Any:
    """Give what the schema's first field begins with."""
    schema = result(visitor.call(function, **args))
    return [each["fields"][0]["initial"] for each in schema.get("forms", [schema])]


@pytest.mark.parametrize("base", TAKING)
class TestAsked:
    """``__init__`` has a parameter ``request``."""

    def test_the_form_is_made_with_the_request(self, base: type[Any], visitor: Visitor) -> None:
        declare(base)
        assert initial(visitor, "one.schema") == [f"{MOUNT}call/"]
        assert result(visitor.call("one.validate", path="x")) == {"errors": []}
        assert result(visitor.call("one.submit", path="x"))["success"] is True
        path = form_url("one")
        assert elements(visitor.get(path).text, name="path")[0]["value"] == path
        assert post(visitor, path, {"path": "x"}).status_code == 200

    def test_and_so_are_rows(self, base: type[Any], visitor: Visitor) -> None:
        declare(base)
        assert initial(visitor, "one.formset.schema") == [f"{MOUNT}call/"]
        assert initial(visitor, "one.formset.schema", forms=[{}, {}]) == [f"{MOUNT}call/"] * 2
        assert result(visitor.call("one.formset.validate", forms=[{}]))["per_form"] == [{"errors": []}]
        assert result(visitor.call("one.formset.submit", forms=[{}]))["success"] is True
        path = form_url("one", kind="formset")
        html = visitor.get(path).text
        names = ("one-0-path", "one-__prefix__-path")
        assert [elements(html, name=each)[0]["value"] for each in names] == [path] * 2
        fields = {"one-TOTAL_FORMS": 1, "one-INITIAL_FORMS": 0, "one-0-path": "x"}
        assert post(visitor, path, fields).status_code == 200
        assert post(visitor, f"{path}validate/", fields).status_code == 200


@pytest.mark.parametrize("base", OTHERS)
def test_none_is_handed_to_a_form_that_does_not_ask_by_name(base: type[Any], visitor: Visitor) -> None:
    declare(base)
    expected = None if base is Asking else "none"
    assert initial(visitor, "one.schema") == initial(visitor, "one.formset.schema") == [expected]
    assert result(visitor.call("one.formset.submit", forms=[{}]))["success"] is True


def test_none_is_handed_where_it_can_only_stand_first(visitor: Visitor) -> None:
    class First(Asking):
        def __init__(self, request: Any = None, /, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.keep(request)

    declare(First)
    assert initial(visitor, "one.schema") == ["none"]


class TestOwnHook:
    """``get_init_kwargs`` may add to what it gives by itself, or take its place."""

    def test_it_may_add(self, visitor: Visitor) -> None:
        class Form(mizanFormMixin, ByKeyword):
            mizan = mizanFormMeta(name="one", enable_formset=True)

            def __init__(self, *args: Any, greeting: str, request: HttpRequest, **kwargs: Any) -> None:
                super().__init__(*args, request=request, **kwargs)
                self.fields["path"].initial = f"{greeting} {request.path}"

            @classmethod
            def get_init_kwargs(cls, request: HttpRequest) -> dict[str, Any]:
                return {**super().get_init_kwargs(request), "greeting": "Hello"}

        expected = [f"Hello {MOUNT}call/"]
        assert initial(visitor, "one.schema") == initial(visitor, "one.formset.schema") == expected

    def test_it_may_hand_something_else(self, visitor: Visitor) -> None:
        kwargs = classmethod(lambda cls, request: {"request": HttpRequest()})
        declare(ByKeyword, get_init_kwargs=kwargs)
        assert initial(visitor, "one.schema") == initial(visitor, "one.formset.schema") == [""]

    def test_what_it_leaves_out_is_left_out(self, visitor: Visitor) -> None:
        declare(ByPosition, get_init_kwargs=classmethod(lambda cls, request: {}))
        assert initial(visitor, "one.schema") == initial(visitor, "one.formset.schema") == ["none"]

    def test_what_the_formset_says_of_its_rows_goes_first(self, visitor: Visitor) -> None:
        def get_formset_kwargs(cls: Any, request: HttpRequest) -> dict[str, Any]:
            return {"form_kwargs": {"request": None}}

        declare(ByPosition, get_formset_kwargs=classmethod(get_formset_kwargs))
        assert initial(visitor, "one.formset.schema") == ["none"]

    def test_what_a_single_form_is_made_with_is_no_rows(self, visitor: Visitor) -> None:
        def get_init_kwargs(cls: Any, request: HttpRequest) -> dict[str, Any]:
            one = {"prefix": "p", "initial": {"path": "one"}, "auto_id": "x_%s", "label_suffix": "?"}
            return {**one, "request": request}

        declare(ByKeyword, get_init_kwargs=classmethod(get_init_kwargs))
        assert initial(visitor, "one.schema") == ["one"]
        assert initial(visitor, "one.formset.schema") == [f"{MOUNT}call/"]
        assert result(visitor.call("one.formset.submit", forms=[{"path": "a"}, {"path": "b"}]))["success"]

    def test_rows_of_a_form_without_an_init_of_its_own_ask_nobody(self, visitor: Visitor) -> None:
        def get_init_kwargs(cls: Any, request: HttpRequest) -> dict[str, Any]:
            raise Http404

        declare(Asking, get_init_kwargs=classmethod(get_init_kwargs))
        assert visitor.call("one.schema").status_code == 404
        assert visitor.call("one.formset.schema").status_code == 200

    def test_each_row_of_a_model_formset_is_its_own_object(self, visitor: Visitor) -> None:
        board = Board.objects.create(title="Ada's")
        milk = Card.objects.create(board=board, title="Milk")

        class CardForm(mizanFormMixin, forms.ModelForm):  # type: ignore[type-arg]
            mizan = mizanFormMeta(name="card", enable_formset=True)

            class Meta:
                model = Card
                fields = ("board", "title")

            def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)

            @classmethod
            def get_init_kwargs(cls, request: HttpRequest) -> dict[str, Any]:
                return {**super().get_init_kwargs(request), "instance": milk}

        rows = [{"board": board.pk, "title": "Bread"}, {"board": board.pk, "title": "Jam"}]
        assert result(visitor.call("card.formset.submit", forms=rows))["success"] is True
        assert set(Card.objects.values_list("title", flat=True)) == {"Milk", "Bread", "Jam"}


def test_djangos_own_login_form_needs_nothing_more(visitor: Visitor) -> None:
    class LoginForm(mizanFormMixin, AuthenticationForm):
        mizan = mizanFormMeta(name="login")

        def on_submit_success(self, request: HttpRequest) -> dict[str, Any]:
            return {"name": self.get_user().get_username(), "same": self.request is request}

    User.objects.create_user("ada", password="swordfish")
    submitted = visitor.call("login.submit", username="ada", password="swordfish")
    assert result(submitted) == {"success": True, "data": {"name": "ada", "same": True}}
    assert result(visitor.call("login.submit", username="ada", password="x"))["success"] is False
