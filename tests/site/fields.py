"""Functions that refuse what somebody has filled in, and one that fails; on both paths."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.urls import path
from pydantic import Field

from mizan_htmx import client
from mizan_htmx.errors import ValidationFailed


@client(affects="desk")
def order(
    request: HttpRequest, title: Annotated[str, Field(min_length=3)], amount: int, token: str = ""
) -> None:
    """Take an order."""


@client(affects="desk")
async def order_later(request: HttpRequest, title: Annotated[str, Field(min_length=3)], amount: int) -> None:
    """Take an order, in a coroutine."""


@client(affects="desk")
def order_page(request: HttpRequest, title: Annotated[str, Field(min_length=3)]) -> HttpResponse:
    """Take an order as a view."""
    return HttpResponse(f"<p>Taken: {title}</p>")


@client(affects="desk")
def stumble(request: HttpRequest, title: str = "") -> None:
    """Fail with what was sent."""
    raise RuntimeError(f"<b>no</b> {title}")


@client(affects="desk")
def confess(request: HttpRequest) -> None:
    """Refuse whatever it was."""
    fields = {name: ["No."] for name in ("token", "pin", "amount")}
    raise ValidationFailed({**fields, "__all__": ["Never."], "gone": ["No."]})


urlpatterns = [path("order/", order_page, name="order")]
