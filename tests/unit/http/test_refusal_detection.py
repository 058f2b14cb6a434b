"""Whether a view invalidates what it affects: by its method, and by the form that it shows again."""

import logging
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template import engines
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.utils.functional import SimpleLazyObject
from django.views.generic import FormView
from pytest_django import Settings

from mizan_htmx import client, invalidate, register
from mizan_htmx.internals import is_validated
from mizan_htmx.setup.registry import Registry
from tests.helpers.visitor import (
    BOUNDARY,
    CALL,
    HEADER,
    SyncOrAsync,
    Visitor,
    multipart,
    serve,
)
from tests.site.models import Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("registry")]


class Movie(forms.Form):
    """Something to fill in."""

    title = forms.CharField(max_length=5)


class Search(forms.Form):
    """Something that looks up."""

    q = forms.CharField()


class Upload(forms.Form):
    """Something that takes a file."""

    poster = forms.FileField()


Movies = forms.formset_factory(Movie, extra=0, min_num=1, validate_min=True, can_delete=True)

Context = dict[str, Any]
Body = Callable[[HttpRequest], Context]
Warnings = Callable[[], list[str]]


def movies(request: HttpRequest) -> int:
    """Read something."""
    return 1


def empty() -> Any:
    """Make a template that shows nothing."""
    return engines["django"].from_string("")


def answer(request: HttpRequest, context: Context) -> TemplateResponse:
    """Answer with a template that shows nothing."""
    return TemplateResponse(request, empty(), context)


@pytest.fixture
def sent(
    registry: Registry, visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
) -> Callable[..., tuple[int, str | None]]:
    """Serve a view with the context that a body gives, send it something; return what it invalidates."""

    register(client(context="movies")(movies))

    def send(body: Body, data: str = "title=toolong", **options: Any) -> tuple[int, str | None]:
        def edit(request: HttpRequest) -> HttpResponse:
            return answer(request, body(request))

        methods = ["GET", "POST", "PUT"]
        serve(settings, {"edit/": client(affects="movies", methods=methods)(sync_or_async(edit))})
        method = options.pop("method", "POST")
        address = options.pop("address", "/edit/")
        content_type = options.pop("content_type", "application/x-www-form-urlencoded")
        response = visitor.send(method, address, data, content_type=content_type)
        return response.status_code, response.headers.get(HEADER)

    return send


Sent = Callable[..., tuple[int, str | None]]

TOLD = (200, "movies")
QUIET = (200, None)


def of(form: Any) -> Any:
    """Validate a form, as a view does."""
    form.is_valid()
    return form


def rows(*titles: str, deleted: int | None = None) -> str:
    """Write what a formset sends."""
    fields = [("form-TOTAL_FORMS", str(len(titles))), ("form-INITIAL_FORMS", "0")]
    fields += [(f"form-{at}-title", title) for at, title in enumerate(titles)]
    data = QueryDict(mutable=True)
    for name, value in fields:
        data[name] = value
    if deleted is not None:
        data[f"form-{deleted}-DELETE"] = "on"
    return data.urlencode()


def changed(data: QueryDict, **values: str) -> QueryDict:
    """Copy what was sent, and set something in the copy."""
    copy = data.copy()
    for name, value in values.items():
        copy[name] = value
    return copy


class TestFormsThatComeBack:
    """A page with the form that was sent, which has errors, is a refusal."""

    @pytest.mark.parametrize(
        "body",
        [
            lambda request: {"form": of(Movie(request.POST))},
            lambda request: {"form": of(Movie(data=request.POST, files=request.FILES))},
            lambda request: {"form": of(Movie(request.POST.copy()))},
            lambda request: {"form": of(Movie(changed(request.POST, owner="1")))},
            lambda request: {"form": of(Movie(request.POST.dict()))},
            lambda request: {"form": of(Movie({"title": request.POST["title"]}))},
            lambda request: {"form": of(Movie(request.POST, prefix="other"))},
            lambda request: {"forms": [of(Movie(request.POST)), of(Search(request.POST))]},
            lambda request: {"page": {"forms": ({"one": of(Movie(request.POST))},)}},
            lambda request: {"adminform": SimpleNamespace(form=of(Movie(request.POST)))},
            lambda request: {"field": of(Movie(request.POST))["title"]},
            lambda request: {"rows": [[{}] * 1000] * 1000, "forms": [of(Movie(request.POST))]},
            # Beside it: one that is not filled in, one that was not looked at, one of something else.
            lambda request: {"form": of(Movie(request.POST)), "new": Movie()},
            lambda request: {"form": of(Movie(request.POST)), "other": Search(request.POST)},
            lambda request: {"form": of(Movie(request.POST)), "search": of(Search(request.GET))},
            lambda request: {"form": of(Movie(request.POST)), "late": SimpleLazyObject(lambda: 1 / 0)},
            lambda request: {"form": of(Movie(request.POST)), "many": iter([1 / 2])},
        ],
    )
    def test_it_invalidates_nothing_that_is_affected(self, sent: Sent, body: Body) -> None:
        assert sent(body) == QUIET

    @pytest.mark.parametrize(
        "body",
        [
            lambda request: {},
            lambda request: None,
            lambda request: {"form": Movie()},
            lambda request: {"form": Movie(request.POST)},  # nobody has looked at it
            lambda request: {"form": Movie},
            lambda request: {"search": of(Search(request.GET))},
            lambda request: {"search": of(Search({"q": ""}))},
            lambda request: {"search": of(Movie({"title": "another one"}))},
            lambda request: {
                "forms": [of(Movie(request.POST)), of(Movie(changed(request.POST, title="ok")))]
            },
            lambda request: {"late": SimpleLazyObject(lambda: 1 / 0)},
        ],
    )
    def test_anything_else_invalidates(self, sent: Sent, body: Body) -> None:
        assert sent(body, "title=toolong&q=x", address="/edit/?q=") == TOLD

    def test_a_form_that_is_valid_invalidates(self, sent: Sent) -> None:
        assert sent(lambda request: {"form": of(Movie(request.POST))}, "title=ok") == TOLD

    def test_the_token_may_have_been_taken_off(self, sent: Sent) -> None:
        def body(request: HttpRequest) -> Context:
            data = changed(request.POST, owner="1")
            data.pop("csrfmiddlewaretoken")
            return {"form": of(Movie(data))}

        assert sent(body, "csrfmiddlewaretoken=x&title=toolong") == QUIET

    @pytest.mark.parametrize("data", ["title=toolong", ""])
    def test_a_put_is_read_by_the_view(self, sent: Sent, data: str) -> None:
        assert sent(lambda request: {"form": of(Movie(QueryDict(request.body)))}, data, method="PUT") == (
            QUIET if data else TOLD
        )
        assert sent(lambda request: {"form": of(Movie(request.POST))}, data, method="PUT") == QUIET

    def test_a_formset(self, sent: Sent) -> None:
        def body(request: HttpRequest) -> Context:
            formset = of(Movies(request.POST))
            return {"formset": formset, "rows": formset.forms, "first": formset.forms[:1]}

        assert sent(body, rows("ok", "toolong")) == QUIET
        assert sent(body, rows("ok", "ok")) == TOLD
        assert sent(body, rows("ok", "toolong", deleted=1)) == TOLD
        assert sent(lambda request: {"formset": Movies(request.POST)}, rows("toolong")) == TOLD
        assert sent(lambda request: {"formset": of(Movies(request.POST))}, rows()) == QUIET  # too few
        assert (
            sent(lambda request: {"formset": of(Movies(request.POST))}, "title=x") == QUIET
        )  # no rows at all

    def test_a_form_and_a_formset_are_a_mixture(self, sent: Sent) -> None:
        def body(request: HttpRequest) -> Context:
            return {"form": of(Movie(request.POST)), "formset": of(Movies(request.POST))}

        assert sent(body, f"title=ok&{rows('toolong')}") == TOLD
        assert sent(body, f"title=toolong&{rows('toolong')}") == QUIET

    def test_a_form_of_files_alone(self, sent: Sent) -> None:
        upload: Body = lambda request: {"form": of(Upload(None, request.FILES))}  # noqa: E731
        search: Body = lambda request: {"form": of(Upload(request.GET, request.FILES))}  # noqa: E731
        empty = multipart(("other", "1"))
        assert sent(upload, empty, content_type=BOUNDARY) == QUIET
        assert sent(search, empty, content_type=BOUNDARY) == TOLD
        wrong = multipart(('poster"; filename="a.txt', ""))
        assert sent(upload, wrong, content_type=BOUNDARY) == QUIET
        assert sent(search, wrong, content_type=BOUNDARY) == QUIET
        right = multipart(('poster"; filename="a.txt', "picture"))
        assert sent(upload, right, content_type=BOUNDARY) == TOLD

    def test_what_was_named_is_invalidated(self, sent: Sent) -> None:
        def body(request: HttpRequest) -> Context:
            invalidate(request, "movies", movie_id=1)
            Person.objects.create(name="Ada")
            return {"form": of(Movie(request.POST))}

        register(client(context="movies")(movie))
        assert sent(body) == (200, "movies;movie_id=1")
        assert Person.objects.count() == 1  # it is no error: what was written stands

    def test_over_call(self, visitor: Visitor, sync_or_async: SyncOrAsync) -> None:
        def edit(request: HttpRequest) -> HttpResponse:
            return answer(request, {"form": of(Movie(request.POST))})

        register(client(context="movies")(movies))
        register(client(affects="movies")(sync_or_async(edit)))
        assert HEADER not in visitor.form(CALL, "fn=edit&title=toolong").headers
        assert visitor.form(CALL, "fn=edit&title=ok").headers[HEADER] == "movies"

    def test_by_a_view_of_djangos(
        self, visitor: Visitor, sync_or_async: SyncOrAsync, settings: Settings
    ) -> None:
        class AddMovie(FormView):  # type: ignore[type-arg]
            form_class = Movie
            success_url = "/done/"

            def get_template_names(self) -> Any:
                return empty()

        def add(request: HttpRequest) -> HttpResponse:
            return cast("HttpResponse", AddMovie.as_view()(request))

        register(client(context="movies")(movies))
        serve(settings, {"add/": client(affects="movies", methods=["GET", "POST"])(sync_or_async(add))})
        answers = [
            visitor.get("/add/"),
            visitor.form("/add/", "title=toolong"),
            visitor.form("/add/", "title=ok"),
        ]
        assert [(each.status_code, each.headers.get(HEADER)) for each in answers] == [
            QUIET,
            QUIET,
            (302, "movies"),
        ]

    def test_a_page_that_was_rendered_by_the_view(self, visitor: Visitor, settings: Settings) -> None:
        def edit(request: HttpRequest) -> HttpResponse:
            return answer(request, {"form": of(Movie(request.POST))}).render()

        def bare(request: HttpRequest) -> HttpResponse:
            return SimpleTemplateResponse(empty(), {"form": of(Movie(request.POST))})

        register(client(context="movies")(movies))
        serve(settings, {"edit/": client(affects="movies")(edit), "bare/": client(affects="movies")(bare)})
        assert HEADER not in visitor.form("/edit/", "title=toolong").headers
        assert HEADER not in visitor.form("/bare/", "title=toolong").headers


def movie(request: HttpRequest, movie_id: int) -> int:
    """Read one of them."""
    return movie_id


def test_whether_a_form_was_validated_is_known_without_doing_it() -> None:
    form, formset = Movie({}), Movies({})
    assert [is_validated(form), is_validated(formset)] == [False, False]
    assert [is_validated(form), is_validated(formset)] == [False, False]
    assert [bool(form.errors), formset.is_valid()] == [True, False]
    assert [is_validated(form), is_validated(formset)] == [True, True]


class TestRenderedPages:
    """HTML does not show it. Under DEBUG the log says so, once for each function."""

    @pytest.fixture
    def warnings(self, caplog: pytest.LogCaptureFixture) -> Warnings:
        caplog.set_level(logging.WARNING, "mizan_htmx")
        return lambda: [each.getMessage() for each in caplog.records if each.name == "mizan_htmx"]

    @pytest.mark.parametrize("html", ['<input aria-invalid="true">', '<ul class="errorlist">'])
    def test_it_invalidates_and_is_logged_once(
        self,
        visitor: Visitor,
        sync_or_async: SyncOrAsync,
        settings: Settings,
        warnings: Warnings,
        html: str,
    ) -> None:
        def edit(request: HttpRequest) -> HttpResponse:
            return HttpResponse(html)

        register(client(context="movies")(movies))
        declared = client(affects="movies", methods=["GET", "POST"])(sync_or_async(edit))
        serve(settings, {"edit/": declared})
        assert visitor.form("/edit/", "").headers[HEADER] == "movies"
        settings.DEBUG = True
        visitor.get("/edit/")
        assert warnings() == []
        for _ in range(2):
            assert visitor.form("/edit/", "").headers[HEADER] == "movies"
        assert warnings() == [
            f"{declared.mizan.place} has affects=, and returned status 200 with HTML that seems to"
            " show a form"
            " with errors. HTML does not prove that, so what the function affects was invalidated. Return"
            " status 422, or a TemplateResponse that has the form in its context; or call invalidate() where"
            " the form is valid."
        ]

    def test_what_is_sure_is_not_logged(
        self, visitor: Visitor, settings: Settings, warnings: Warnings
    ) -> None:
        def refused(request: HttpRequest) -> HttpResponse:
            return HttpResponse("errorlist", status=422)

        def data(request: HttpRequest) -> HttpResponse:
            return HttpResponse("errorlist", content_type="text/plain")

        def known(request: HttpRequest) -> HttpResponse:
            return answer(request, {"form": of(Movie(request.POST))})

        def fine(request: HttpRequest) -> HttpResponse:
            return HttpResponse("<p>Saved.</p>")

        def nothing(request: HttpRequest) -> HttpResponse:
            return HttpResponse("errorlist")

        register(client(context="movies")(movies))
        views = {f"{view.__name__}/": client(affects="movies")(view) for view in (refused, data, known, fine)}
        serve(settings, {**views, "nothing/": client(methods=["POST"])(nothing)})
        settings.DEBUG = True
        for route in [*views, "nothing/"]:
            visitor.form(f"/{route}", "title=toolong")
        assert warnings() == []


class TestMethods:
    """What a view affects is invalidated by the methods that change something, where it has any."""

    @pytest.fixture
    def site(self, registry: Registry, settings: Settings, sync_or_async: SyncOrAsync) -> None:
        def edit(request: HttpRequest, fails: bool = False) -> HttpResponse:
            if fails:
                raise RuntimeError
            return HttpResponse("<form>")

        def naming(request: HttpRequest) -> HttpResponse:
            invalidate(request, "movies", movie_id=1)
            return HttpResponse()

        register(client(context="movies")(movies))
        register(client(context="movies")(movie))
        register(client(affects="movies", methods=["GET"])(sync_or_async(edit)))
        both = ["get", "post", "delete", "options"]
        safe = ["GET", "OPTIONS"]
        serve(
            settings,
            {
                "edit/": client(affects="movies", methods=both)(sync_or_async(edit)),
                "naming/": client(affects="movies", methods=both)(sync_or_async(naming)),
                "safe/": client(affects="movies", methods=safe)(sync_or_async(edit)),
                "free/": client(affects="movies", methods=both, atomic=False)(sync_or_async(edit)),
            },
        )

    @pytest.mark.usefixtures("site")
    @pytest.mark.parametrize(
        ("method", "expected"),
        [("GET", None), ("HEAD", None), ("OPTIONS", None), ("POST", "movies"), ("DELETE", "movies")],
    )
    def test_one_that_has_both(self, visitor: Visitor, method: str, expected: str | None) -> None:
        response = visitor.send(method, "/edit/")
        assert (response.status_code, response.headers.get(HEADER)) == (200, expected)

    @pytest.mark.usefixtures("site")
    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
    def test_one_that_has_only_safe_ones(self, visitor: Visitor, method: str) -> None:
        assert visitor.send(method, "/safe/").headers[HEADER] == "movies"

    @pytest.mark.usefixtures("site")
    def test_what_is_named_is_invalidated_by_all(self, visitor: Visitor) -> None:
        assert visitor.get("/naming/").headers[HEADER] == "movies;movie_id=1"

    @pytest.mark.usefixtures("site")
    def test_one_that_fails_on_its_way(self, visitor: Visitor) -> None:
        assert HEADER not in visitor.get("/free/?fails=1").headers
        assert visitor.send("POST", "/free/?fails=1").headers[HEADER] == "movies"

    @pytest.mark.usefixtures("site")
    def test_over_call_it_is_a_post(self, visitor: Visitor) -> None:
        assert visitor.call("edit").headers[HEADER] == "movies"

    def test_a_get_has_the_transaction_that_it_had(self, visitor: Visitor, settings: Settings) -> None:
        def edit(request: HttpRequest) -> HttpResponse:
            return HttpResponse(str(transaction.get_connection().in_atomic_block))

        register(client(context="movies")(movies))
        serve(settings, {"edit/": client(affects="movies", methods=["GET", "POST"])(edit)})
        assert (visitor.get("/edit/").content, visitor.send("POST", "/edit/").content) == (b"True", b"True")
