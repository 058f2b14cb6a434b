"""The life cycle of a request: its recorder is closed whatever happens, and what stands is published."""

from collections.abc import Iterator

import pytest
from asgiref.sync import async_to_sync
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from mizan_htmx.errors import MethodNotAllowed
from mizan_htmx.http.concurrency import in_thread
from mizan_htmx.http.lifecycle import arespond, respond
from mizan_htmx.invalidation.recorder import Recorder
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.signals import invalidated
from tests.helpers.visitor import HEADER

PEOPLE = Invalidation("people")


@pytest.fixture
def published() -> Iterator[list[tuple[Invalidation, ...]]]:
    """Collect what is published."""
    collected: list[tuple[Invalidation, ...]] = []

    def collect(invalidations: tuple[Invalidation, ...], **kwargs: object) -> None:
        collected.append(invalidations)

    invalidated.connect(collect)
    yield collected
    invalidated.disconnect(collect)


class Ends(BaseException):
    """Stands for the end of a process, or of a task."""


def refuse(request: HttpRequest, error: Exception) -> HttpResponseBase:
    """Answer an exception by its name."""
    return HttpResponse(type(error).__name__, status=400)


def pass_on(request: HttpRequest, error: Exception) -> HttpResponseBase:
    """Leave an exception to Django."""
    raise error


async def arefuse(request: HttpRequest, error: Exception) -> HttpResponseBase:
    """See ``refuse``."""
    return refuse(request, error)


async def apass_on(request: HttpRequest, error: Exception) -> HttpResponseBase:
    """See ``pass_on``."""
    return pass_on(request, error)


class Life:
    """Answers one request, by ``respond`` or by its async twin."""

    def __init__(self, method: str, error: BaseException | None, *, is_async: bool) -> None:
        self.request = HttpRequest()
        self.request.method = method
        self.recorders: list[Recorder] = []
        self._error = error
        self._is_async = is_async

    def answer(self, *, leaves_to_django: bool = False) -> HttpResponse:
        """Return the response to it."""
        if self._is_async:
            afail = apass_on if leaves_to_django else arefuse
            response = async_to_sync(arespond)(self.request, ("POST",), self._awork, afail)
        else:
            response = respond(self.request, ("POST",), self._work, pass_on if leaves_to_django else refuse)
        assert isinstance(response, HttpResponse)
        return response

    def _work(self, request: HttpRequest, recorder: Recorder) -> HttpResponseBase:
        self.recorders.append(recorder)
        recorder.add((PEOPLE,))
        if self._error is not None:
            raise self._error
        return HttpResponse("done")

    async def _awork(self, request: HttpRequest, recorder: Recorder) -> HttpResponseBase:
        return self._work(request, recorder)


@pytest.fixture(params=["sync", "async"])
def is_async(request: pytest.FixtureRequest) -> bool:
    """Whether the async twin is tried."""
    return bool(request.param == "async")


Published = list[tuple[Invalidation, ...]]


@pytest.mark.django_db(transaction=True)
def test_what_was_invalidated_goes_into_the_response_and_is_published(
    published: Published, is_async: bool
) -> None:
    life = Life("POST", None, is_async=is_async)
    response = life.answer()
    assert (response.content, response.headers[HEADER]) == (b"done", "people")
    assert (published, life.recorders[0].is_closed) == ([(PEOPLE,)], True)


@pytest.mark.django_db
def test_another_method_is_answered_without_any_work(published: Published, is_async: bool) -> None:
    life = Life("GET", None, is_async=is_async)
    assert life.answer().content == MethodNotAllowed.__name__.encode()
    assert (life.recorders, published) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_what_django_answers_is_raised_once_what_stands_is_published(
    published: Published, is_async: bool
) -> None:
    life = Life("POST", Http404(), is_async=is_async)
    with pytest.raises(Http404):
        life.answer(leaves_to_django=True)
    assert (published, life.recorders[0].is_closed) == ([(PEOPLE,)], True)


@pytest.mark.django_db
def test_what_ends_without_a_response_closes_its_recorder(is_async: bool) -> None:
    life = Life("POST", Ends(), is_async=is_async)
    with pytest.raises(Ends):
        life.answer()
    assert life.recorders[0].is_closed


@pytest.mark.asyncio
async def test_a_stop_iteration_leaves_a_thread_as_another_error() -> None:
    """No Future can hold it, so that whoever awaits the thread would hang."""
    with pytest.raises(RuntimeError, match=r"stops .* raised StopIteration\."):
        await in_thread(stops)


def stops() -> None:
    """Raise what ends an iteration."""
    raise StopIteration
