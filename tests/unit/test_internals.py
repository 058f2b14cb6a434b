"""Django still does what this package relies on without Django saying so."""

import asyncio
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import django
import pytest
from asgiref.sync import async_to_sync, iscoroutinefunction
from django import forms
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection, connections, transaction
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.template import Context, Engine
from django.template.smartif import OPERATORS
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string

from mizan_htmx import internals
from mizan_htmx.internals import (
    BodilessRequest,
    CsrfCheck,
    commit_hooks,
    ends_by_hand,
    function_of_operator,
    is_in_transaction,
    is_unloaded,
    is_validated,
    open_savepoints,
    surround_commits,
    wait_for_commit,
)

on_database = pytest.mark.django_db(transaction=True)


def answer(request: HttpRequest) -> HttpResponse:
    """Answer nothing."""
    return HttpResponse()


@on_database
def test_hooks_wait_in_a_list_that_grows_until_a_savepoint_or_all_is_rolled_back() -> None:
    default = connections["default"]
    with transaction.atomic():
        connection.on_commit(print)
        hooks = commit_hooks(default)
        with suppress(ValueError), transaction.atomic():
            connection.on_commit(list)
            assert [hook[1] for hook in hooks] == [print, list]
            assert commit_hooks(default) is hooks
            raise ValueError
        assert [hook[1] for hook in commit_hooks(default)] == [print]
        transaction.set_rollback(True)
    assert commit_hooks(default) == []


@on_database
def test_savepoints_have_names_and_an_atomic_without_one_has_none() -> None:
    default = connections["default"]
    with transaction.atomic():
        assert open_savepoints(default) == frozenset()
        with transaction.atomic(), transaction.atomic(savepoint=False):
            (first,) = open_savepoints(default)
        with transaction.atomic():
            (second,) = open_savepoints(default)
    assert first != second


@on_database
def test_each_commit_and_what_follows_it_can_be_surrounded() -> None:
    seen: list[str] = []

    def around(name: str) -> Callable[[Callable[[], None]], None]:
        def carry_out(do: Callable[[], None]) -> None:
            seen.append(name)
            do()
            seen.append(f"after {name}")

        return carry_out

    made = connections.create_connection("default")
    try:
        made.connect()
        surround_commits(made, around("commit"), around("settle"))
        seen.clear()
        made.set_autocommit(False)
        made.commit()
        made.set_autocommit(True)
        assert seen == ["commit", "after commit", "settle", "after settle"]
        seen.clear()
        made.set_autocommit(False)
        made.rollback()
        made.set_autocommit(True)
        assert seen == ["settle", "after settle"]
    finally:
        made.close()


@on_database
def test_hooks_run_in_what_follows_the_commit() -> None:
    seen: list[str] = []
    default = connections["default"]
    default.ensure_connection()
    former = vars(default).copy()

    def commit(do: Callable[[], None]) -> None:
        do()
        seen.append("committed")

    def settle(do: Callable[[], None]) -> None:
        do()
        seen.append("settled")

    surround_commits(default, commit, settle)
    try:
        with transaction.atomic():
            connection.on_commit(lambda: seen.append("hook"))
    finally:
        for name in ("commit", "set_autocommit"):
            del vars(default)[name]
            vars(default).update({name: former[name]} if name in former else {})
    assert seen == ["committed", "hook", "settled"]


@on_database
def test_a_transaction_is_ended_by_an_atomic_or_by_hand() -> None:
    default = connections["default"]
    assert not is_in_transaction(default)
    with transaction.atomic():
        assert is_in_transaction(default)
        assert not ends_by_hand(default)
    transaction.set_autocommit(False)
    try:
        assert is_in_transaction(default)
        assert ends_by_hand(default)
        with transaction.atomic(), transaction.atomic():
            assert ends_by_hand(default)
    finally:
        transaction.rollback()  # or PostgreSQL refuses what follows
        transaction.set_autocommit(True)
    default.close()
    assert not is_in_transaction(default)


@on_database
def test_a_hook_can_wait_where_on_commit_refuses() -> None:
    default = connections["default"]
    ran: list[str] = []
    transaction.set_autocommit(False)
    try:
        wait_for_commit(default, lambda: ran.append("rolled back"))
        transaction.rollback()
        wait_for_commit(default, lambda: ran.append("committed"))
        transaction.commit()
    finally:
        transaction.set_autocommit(True)
    assert ran == ["committed"]


def test_the_running_loop_is_known_and_none_runs_elsewhere() -> None:
    async def here() -> bool:
        return internals.running_loop() is asyncio.get_running_loop()

    elsewhere: list[object] = []
    thread = threading.Thread(target=lambda: elsewhere.append(internals.running_loop()))
    thread.start()
    thread.join()
    assert elsewhere == [None]
    assert asyncio.run(here())


def test_one_attribute_marks_an_async_view() -> None:
    class View:
        """No ``async def``."""

    assert len(internals.ASYNC_MARK) == 1
    assert not iscoroutinefunction(View())
    marked = type("Marked", (View,), dict(internals.ASYNC_MARK))()
    assert iscoroutinefunction(marked)


def test_a_request_without_body_has_its_scheme_and_nothing_to_read() -> None:
    request = BodilessRequest("https")
    request.method = "POST"
    request.META = {"CONTENT_TYPE": "application/x-www-form-urlencoded"}
    assert (request.scheme, request.is_secure()) == ("https", True)
    assert (request.body, request.read(), dict(request.POST)) == (b"", b"", {})


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "application/json"])
def test_all_that_was_read_of_a_body_is_known_by_its_names(content_type: str) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\nc\r\n--x--\r\n'
    request = RequestFactory().post("/", body, content_type=content_type)
    before = set(request.__dict__)
    read = (request.body, request.POST, request.FILES)
    assert read[0] == body
    assert set(request.__dict__) - before - {"headers"} <= {*internals.OF_BODY, *internals.unread()}
    for name in internals.OF_BODY:
        request.__dict__.pop(name, None)
    request.__dict__.update(internals.unread())
    request.META["CONTENT_LENGTH"] = 0
    request.content_type = ""
    assert (request.body, dict(request.POST), dict(request.FILES)) == (b"", {}, {})


@on_database
def test_the_user_of_a_request_is_kept_where_it_was_loaded() -> None:
    request = RequestFactory().get("/")
    request.session = SessionStore()
    AuthenticationMiddleware(lambda request: HttpResponse()).process_request(request)
    assert is_unloaded(request.user)
    assert internals.user_of_coroutine(request) is None
    assert not request.user.is_authenticated
    assert not is_unloaded(request.user)
    user: Any = async_to_sync(request.auser)()
    assert internals.user_of_coroutine(request) is user
    assert set(internals.OF_USER) <= set(request.__dict__)


def test_what_is_not_lazy_is_loaded() -> None:
    assert not is_unloaded(None)
    assert not is_unloaded(User())
    assert is_unloaded(SimpleLazyObject(User))


@on_database
def test_the_names_of_kept_permissions_end_alike() -> None:
    user = User.objects.create(username="ada")
    before = set(user.__dict__)
    assert not user.has_perm("auth.add_user")
    assert user.get_all_permissions() == set()
    kept = set(user.__dict__) - before
    assert len(kept) == 3
    assert all(name.endswith(internals.KEPT_PERMISSIONS) for name in kept)


if django.VERSION >= (6, 0):

    def test_the_nonce_is_true_once_it_was_written() -> None:
        policy: Any = import_string("django.middleware.csp.ContentSecurityPolicyMiddleware")
        request = RequestFactory().get("/")
        policy(lambda request: HttpResponse()).process_request(request)
        assert not request.__dict__[internals.NONCE]
        assert str(request.__dict__[internals.NONCE])
        assert request.__dict__[internals.NONCE]


def test_the_check_gives_its_reason_and_verifies_origins() -> None:
    check = CsrfCheck()
    request = RequestFactory(enforce_csrf_checks=True).post("/", HTTP_ORIGIN="http://testserver")
    request._dont_enforce_csrf_checks = False  # type: ignore[attr-defined]
    reason = check.reason_against(request)
    assert isinstance(reason, str)
    assert "CSRF cookie" in reason
    assert check.verifies_origin(request)
    assert not check.verifies_origin(RequestFactory().post("/", HTTP_ORIGIN="http://elsewhere.example"))


TOKEN = "b" * 32


class JsonForms(WSGIRequest):
    """A request of a site that reads fields from JSON."""

    def _load_post_and_files(self) -> None:
        fields = json.loads(self.body)
        self._post = QueryDict(f"csrfmiddlewaretoken={fields['token']}")


def sent(
    kind: type[WSGIRequest], body: str, content_type: str = "application/json", *, token: str = ""
) -> Any:
    """Make a request of a visitor who has a token, and sends this one in the header."""
    headers = {"Cookie": f"csrftoken={TOKEN}"} | ({"X-CSRFToken": token} if token else {})
    made = RequestFactory().post("/", body, content_type=content_type, headers=headers)
    request: Any = kind(made.environ)
    request._dont_enforce_csrf_checks = False
    return request


def test_a_body_without_a_form_is_checked_by_the_header_and_left_unread() -> None:
    request = sent(WSGIRequest, '{"a": 1}', token=TOKEN)
    assert not CsrfCheck().reason_against(request)
    assert "_post" not in request.__dict__
    assert (request.body, dict(request.POST)) == (b'{"a": 1}', {})
    assert "token missing" in CsrfCheck().reason_against(sent(WSGIRequest, f'{{"token": "{TOKEN}"}}'))


def test_a_token_among_the_fields_is_found_whoever_reads_them() -> None:
    form = sent(WSGIRequest, f"csrfmiddlewaretoken={TOKEN}", "application/x-www-form-urlencoded")
    assert not CsrfCheck().reason_against(form)
    read_before = sent(WSGIRequest, "{}")
    read_before.POST = QueryDict(f"csrfmiddlewaretoken={TOKEN}")
    assert not CsrfCheck().reason_against(read_before)
    assert not CsrfCheck().reason_against(sent(JsonForms, f'{{"token": "{TOKEN}"}}'))


def test_requests_that_were_checked_are_known_and_those_refused_are_not() -> None:
    check = CsrfViewMiddleware(answer)
    refused, safe = RequestFactory(enforce_csrf_checks=True).post("/"), RequestFactory().get("/")
    for request in (refused, safe):
        request._dont_enforce_csrf_checks = False  # type: ignore[attr-defined]
        check.process_request(request)
        check.process_view(request, answer, (), {})
    assert not internals.is_csrf_checked(refused)
    assert internals.is_csrf_checked(safe)


def test_a_new_token_is_in_meta_and_says_that_it_has_to_be_sent() -> None:
    request = RequestFactory().get("/")
    get_token(request)
    assert request.META["CSRF_COOKIE_NEEDS_UPDATE"] is True
    assert request.META["CSRF_COOKIE"]


def test_frozen_parameters_are_not_changed() -> None:
    query = internals.freeze(QueryDict("a=1", mutable=True))
    with pytest.raises(AttributeError):
        query["a"] = "2"


def test_a_storage_with_urls_of_its_own_is_recognized() -> None:
    class Own(ManifestStaticFilesStorage):
        def _url(self, *args: Any, **kwargs: Any) -> Any:
            return super()._url(*args, **kwargs)  # type: ignore[misc]

        def url(self, name: str | None, force: bool = False) -> str:
            return str(self._url(lambda name, *args: f"hashed-{name}", name or "", force))

    assert internals.has_djangos_urls(ManifestStaticFilesStorage)
    assert not internals.has_djangos_urls(Own)
    assert not internals.has_djangos_urls(object)


def test_a_signal_shows_whether_anybody_listens() -> None:
    signal = Signal()

    def receiver(**kwargs: object) -> None:
        """Listen."""

    assert not internals.has_receivers(signal)
    signal.connect(receiver)
    assert internals.has_receivers(signal)
    signal.disconnect(receiver)
    assert not internals.has_receivers(signal)


def test_a_queryset_that_is_written_names_the_router_s_database_for_writing() -> None:
    class Router:
        def db_for_read(self, model: type, **hints: object) -> str:
            return "replica"

        def db_for_write(self, model: type, **hints: object) -> str:
            return "default"

    rows = User.objects.all()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.router.routers", [Router()])
        assert rows.db == "replica"
        internals.use_for_write(rows)
        assert rows.db == "default"


def test_a_form_is_validated_once_its_errors_were_asked_for() -> None:
    class Form(forms.Form):
        name = forms.CharField()

    form, formset = Form({}), forms.formset_factory(Form)({"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 0})
    for each in (form, formset):
        assert not is_validated(each)
        each.is_valid()
        assert is_validated(each)


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_of_a_condition_shows_what_it_does(name: str) -> None:
    operator: Any = OPERATORS[name]()
    one, other = (SimpleNamespace(eval=lambda context, value=value: value) for value in ({1}, {1, 2}))
    operator.first, operator.second = one, None if name == "not" else other
    operands = [each for each in (operator.first, operator.second) if each is not None]
    context = Context()
    assert function_of_operator(operator)(context, *operands) == operator.eval(context)
    broken = SimpleNamespace(eval=lambda context: 1 / 0)
    operator.first = broken
    assert operator.eval(context) is False
    with pytest.raises(ZeroDivisionError):
        function_of_operator(operator)(context, broken, *operands[1:])


def test_the_nodes_inside_of_a_node_are_known_by_branch() -> None:
    source = (
        "{% if a %}a{% elif b %}b{% else %}c{% endif %}{% for x in y %}d{% empty %}e{% endfor %}"
        "{% with x=1 %}f{% endwith %}{{ g }}"
    )
    nodes = list(Engine().from_string(source).nodelist)

    found = [[nodelist.render(Context()) for nodelist in internals.nodelists_of(node)] for node in nodes]
    assert found == [["a", "b", "c"], ["d", "e"], ["f"], []]
