"""The mixin that makes a Django form a mizan form."""

from inspect import signature
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.forms import BaseFormSet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from mizan_htmx.errors import DeclarationError
from mizan_htmx.forms.meta import mizanFormMeta
from mizan_htmx.forms.registration import register_form
from mizan_htmx.forms.submission import submit_rows

if TYPE_CHECKING:
    _Base = forms.BaseForm
else:
    _Base = object

Returned = dict[str, Any] | HttpResponseBase | None


class mizanFormMixin(_Base):
    """Put it before ``forms.Form`` or ``forms.ModelForm``; a class that sets ``mizan`` is registered.

    A subclass that does not set its own ``mizan`` registers nothing.
    """

    mizan: ClassVar[mizanFormMeta]
    #: Shown over the fresh form after a submission whose hook returned nothing.
    success_message: ClassVar[str | Promise] = gettext_lazy("Done.")
    #: Arguments of ``formset_factory`` (``modelformset_factory`` for a ModelForm), with ``enable_formset``.
    formset_options: ClassVar[dict[str, Any]] = {}

    _takes_request: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._takes_request = _takes(cls, "request")
        if "mizan" not in vars(cls):
            return
        if not isinstance(cls.mizan, mizanFormMeta):
            raise DeclarationError(
                f"{cls.__module__}.{cls.__qualname__}: mizan={cls.mizan!r} must be a mizanFormMeta(name=…)."
            )
        register_form(cls)

    @classmethod
    def get_init_kwargs(cls, request: HttpRequest) -> dict[str, Any]:
        """Give what the form is made with besides data and files: ``initial``, ``instance``, ….

        Called for each rendering, validation and submission. ``request.GET`` holds the parameters that
        ``{% mizan_form "card" card_id=5 %}`` named. Raise PermissionDenied or Http404 to refuse. By itself
        it gives ``request``, where ``__init__`` has a parameter of that name. Rows of a formset are made
        with what is not one of Django's own arguments, where the form has an ``__init__`` of its own.
        """
        return {"request": request} if cls._takes_request else {}

    @classmethod
    def get_formset_kwargs(cls, request: HttpRequest) -> dict[str, Any]:
        """Give what the formset is made with besides data and files: ``initial``, ``queryset``, …."""
        return {}

    def on_submit_success(self, request: HttpRequest) -> Returned:
        """Do what the form is for, inside the transaction.

        ``None`` shows the form anew, a ``dict`` fills ``form_success.html``, a response goes out as it is. A
        ModelForm is saved after this hook, unless the hook called ``save()`` itself.
        """
        return None

    def on_submit_failure(
        self, request: HttpRequest, errors: dict[str, list[str]]
    ) -> HttpResponseBase | None:
        """Look at what did not fit; a response goes out instead of the form with its errors."""
        return None

    @classmethod
    def on_formset_success(cls, request: HttpRequest, formset: "BaseFormSet[Any]") -> Returned:
        """Do what the formset is for; as ``on_submit_success``, for all its forms together.

        By itself it asks the hook of each row that was filled in, where the form has one.
        """
        if cls.on_submit_success is mizanFormMixin.on_submit_success:
            return None
        return submit_rows(request, formset)


def _takes(cls: type, name: str) -> bool:
    """Return whether a class is made with an argument of this name, and not only with any."""
    parameter = signature(cls.__init__).parameters.get(name)  # type: ignore[misc]
    return parameter is not None and parameter.kind in (
        parameter.POSITIONAL_OR_KEYWORD,
        parameter.KEYWORD_ONLY,
    )
