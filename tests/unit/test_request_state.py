"""What is kept on a request, and what its copies have of it."""

from copy import copy
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from mizan_htmx.request_state import BlockState, PageState, RequestState, copy_of, state_of


class Wrapped:
    """A request as Django REST framework hands it on."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def __getattr__(self, name: str) -> Any:
        return getattr(self._request, name)


def test_a_request_has_one_state() -> None:
    request = RequestFactory().get("/")
    state = state_of(request)
    assert state_of(request) is state
    wrapped: Any = Wrapped(request)
    assert state_of(wrapped) is state
    assert [name for name in vars(request) if name.startswith("_mizan")] == ["_mizan"]


def test_another_request_has_another_state() -> None:
    first, second = state_of(RequestFactory().get("/")), state_of(RequestFactory().get("/"))
    assert (first is second, first.page is second.page, first.block is second.block) == (False, False, False)


def test_its_parts_are_made_once() -> None:
    state = RequestState()
    page, block = state.page, state.block
    assert (type(page), type(block)) == (PageState, BlockState)
    assert (state.page is page, state.block is block) == (True, True)


@pytest.mark.parametrize("made", [RequestState(), RequestState().page, RequestState().block])
def test_it_holds_nothing_else(made: Any) -> None:
    with pytest.raises(AttributeError):
        made.anything = 1
    with pytest.raises(AttributeError, match="anything"):
        _ = made.anything


def test_each_name_has_a_value_at_once() -> None:
    state = RequestState()
    for part in (state, state.page, state.block):
        assert [name for name in part.__slots__ if not hasattr(part, name)] == []


def test_a_copy_shares_what_is_known_and_learns_the_rest_by_itself() -> None:
    request = RequestFactory().get("/")
    state = state_of(request)
    state.recorder, state.version = object(), None
    state.page.results["a"] = 1
    copied = copy_of(request)
    own = state_of(copied)
    assert (copied is request, own is state, own.recorder is state.recorder) == (False, False, True)
    assert (own.version, own.page.results is state.page.results) == (None, True)
    state.problem = object()
    state.block.ids["a"] = 1
    own.page.included["b"] = 2
    assert (own.problem, own.block.ids, state.page.included) == (None, {}, {})


def test_a_copy_that_the_site_makes_has_a_state_of_its_own() -> None:
    request = RequestFactory().get("/")
    state = state_of(request)
    state.recorder, state.version = object(), "1"
    state.page.results["a"], state.block.ids["a"] = 1, 1
    copied = copy(request)
    own = state_of(copied)
    assert (state_of(copied) is own, state_of(request) is state, own is state) == (True, True, False)
    assert (own.recorder is state.recorder, own.version) == (True, "1")
    own.function, own.problem, own.block.anonymous = object(), object(), object()
    assert (state.function, state.problem, state.block.anonymous) == (None, None, None)
    assert (own.page.results, own.block.ids) == ({}, {"a": 1})
    assert state_of(copy(copied)) is not own
