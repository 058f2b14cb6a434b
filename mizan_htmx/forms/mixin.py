"""The mixin that declares a Django form, and its options."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.forms import BaseFormSet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from mizan_htmx.declarations.functions import Context
from mizan_htmx.errors import DeclarationError
from mizan_htmx.forms.registration import register_form
from mizan_htmx.forms.submission import submit_rows
from mizan_htmx.protocol.keys import is_name

if TYPE_CHECKING:
    _Base = forms.BaseForm
else:
    _Base = object

Returned = dict[str, Any] | HttpResponseBase | None


@dataclass(frozen=True, slots=True)
class mizanFormMeta:
    """The options of a form: its name and texts, who may use it, and what its submission invalidates.

    ``affects`` is as for ``@client``. ``affects_params`` names keys of ``cleaned_data`` or, for a ModelForm,
    attributes of the saved instance; by default the parameters of the context that are fields of the form.
    ``auth`` protects schema, validation, submission and HTML. Raise DeclarationError for an invalid name.
    """

    name: str
    title: str | None = None
    subtitle: str | None = None
    submit_label: str = "Submit"
    live_validation: bool = True
    affects: str | Context | Iterable[str | Context] | None = None
    affects_params: Iterable[str] | Mapping[str, str] | None = None
    auth: bool | str | Callable[..., Any] | None = None
    enable_formset: bool = False

    def __post_init__(self) -> None:
        if not is_name(self.name):
            raise DeclarationError(
                f"A form can't be called {self.name!r}. Use a letter or '_', then letters, digits,"
                " '_', '-' or '.'."
            )
        if self.affects_params is not None and self.affects is None:
            raise DeclarationError(f"Form {self.name!r} has affects_params= without affects=.")

    @property
    def scope(self) -> Mapping[str, str] | None:
        """Return the key for each context parameter; ``None`` if they have the names of fields."""
        params = self.affects_params
        if params is None or isinstance(params, Mapping):
            return params
        return {name: name for name in ([params] if isinstance(params, str) else params)}


class mizanFormMixin(_Base):
    """A base class to put before ``forms.Form`` or ``forms.ModelForm``.

    A class that sets ``mizan`` is registered; a subclass that does not set its own is not.
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
        """Return the form's arguments besides data and files: ``initial``, ``instance``, ….

        Called for each rendering, validation and submission. ``request.GET`` holds the parameters that
        ``{% mizan_form "card" card_id=5 %}`` passes. Raise PermissionDenied or Http404 to refuse. The default
        is ``request``, if ``__init__`` has a parameter of that name. The rows of a formset get the arguments
        that are not Django's own, if the form has an ``__init__`` of its own.
        """
        return {"request": request} if cls._takes_request else {}

    @classmethod
    def get_formset_kwargs(cls, request: HttpRequest) -> dict[str, Any]:
        """Return the formset's arguments besides data and files: ``initial``, ``queryset``, …."""
        return {}

    def on_submit_success(self, request: HttpRequest) -> Returned:
        """Handle a valid submission, inside the transaction.

        Return ``None`` to show a new form, a ``dict`` as the context of ``form_success.html``, or a response.
        A ModelForm is saved after this hook, unless the hook calls ``save()`` itself.
        """
        return None

    def on_submit_failure(
        self, request: HttpRequest, errors: dict[str, list[str]]
    ) -> HttpResponseBase | None:
        """Handle an invalid submission. Return a response to send instead of the form with its errors."""
        return None

    @classmethod
    def on_formset_success(cls, request: HttpRequest, formset: "BaseFormSet[Any]") -> Returned:
        """Handle a valid submission of the formset, as ``on_submit_success`` does for a form.

        The default calls ``on_submit_success`` of each row that was filled in, if the form defines it.
        """
        if cls.on_submit_success is mizanFormMixin.on_submit_success:
            return None
        return submit_rows(request, formset)


def _takes(cls: type, name: str) -> bool:
    """Return whether ``__init__`` has a parameter of this name, other than ``*args`` or ``**kwargs``."""
    parameter = signature(cls.__init__).parameters.get(name)  # type: ignore[misc]
    return parameter is not None and parameter.kind in (
        parameter.POSITIONAL_OR_KEYWORD,
        parameter.KEYWORD_ONLY,
    )
