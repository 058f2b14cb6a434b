"""A page in German on a site that speaks English."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import translation

from mizan_htmx import client, register
from mizan_htmx.forms import mizanFormMeta, mizanFormMixin
from tests.site.models import Person


@client(affects="tag")
def speak(request: HttpRequest) -> HttpResponse:
    """Say yes in whatever language is spoken."""
    return HttpResponse(translation.gettext("Yes"))


class PriceForm(mizanFormMixin, forms.Form):
    """Names a person after a price, which is written with a comma in German."""

    mizan = mizanFormMeta(name="price", affects="user", submit_label="Save")

    price = forms.DecimalField(localize=True)

    @classmethod
    def get_init_kwargs(cls, request: HttpRequest) -> dict[str, Any]:
        """Begin with a fraction."""
        return {"initial": {"price": Decimal("1234.5")}}

    def on_submit_success(self, request: HttpRequest) -> None:
        """Name the person."""
        Person.objects.filter(pk=5).update(name=str(self.cleaned_data["price"]))


def german(request: HttpRequest) -> HttpResponse:
    """Show blocks, a form and a call in German, whatever the visitor speaks."""
    with translation.override("de"):
        return render(request, "site/german.html")


register(speak)

urlpatterns = [path("german/", german, name="german")]
