"""Where a function stands in the code, and which path it takes by what it returns."""

import functools
from typing import Any

import pytest
from django.http import FileResponse, HttpResponse, JsonResponse, StreamingHttpResponse
from django.views.decorators.cache import never_cache
from pydantic import BaseModel

from mizan_htmx.declarations.signature import (
    returns_response,
    where,
)
from mizan_htmx.errors import DeclarationError
from tests.apps import postponed


class Profile(BaseModel):
    """A model."""

    name: str


def test_a_place_is_module_name_file_and_line() -> None:
    line = postponed.typed.__code__.co_firstlineno
    assert where(postponed.typed) == f"tests.apps.postponed.typed ({postponed.__file__}:{line})"
    assert where(never_cache(postponed.typed)) == where(postponed.typed)


def test_a_place_of_what_has_no_code_is_its_name() -> None:
    assert where(len) == "builtins.len"
    part = functools.partial(len)
    assert where(part) == f"functools.{part!r}"


@pytest.mark.parametrize(
    "annotation", [HttpResponse, JsonResponse, StreamingHttpResponse, HttpResponse | FileResponse]
)
def test_a_response_means_the_view_path(annotation: Any) -> None:
    assert returns_response(annotation) is True


@pytest.mark.parametrize("annotation", [Profile, list[Profile], int | None, None, Any, dict[str, int]])
def test_data_means_the_rpc_path(annotation: Any) -> None:
    assert returns_response(annotation) is False


@pytest.mark.parametrize("annotation", [HttpResponse | None, Profile | HttpResponse])
def test_data_or_a_response_is_refused(annotation: Any) -> None:
    with pytest.raises(DeclarationError) as caught:
        returns_response(annotation)
    assert str(caught.value).endswith(
        f"{annotation} is both data and an HttpResponse. Return one or the other."
    )
