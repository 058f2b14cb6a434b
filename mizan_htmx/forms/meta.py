"""What a form says of itself."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mizan_htmx.declarations.functions import Context
from mizan_htmx.errors import DeclarationError
from mizan_htmx.protocol.keys import is_name


@dataclass(frozen=True, slots=True)
class mizanFormMeta:
    """A form's name and texts, who may use it, and what its submission makes stale.

    ``affects`` is as for ``@client``. ``affects_params`` names keys of ``cleaned_data`` or, for a ModelForm,
    attributes of the saved instance; without it the names that form fields and context share. ``auth``
    guards schema, validation, submission and the HTML alike. Raises DeclarationError for a bad name.
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
                f"A form can't be called {self.name!r}: a letter or '_', then letters, digits, '_', '-', '.'."
            )
        if self.affects_params is not None and self.affects is None:
            raise DeclarationError(f"Form {self.name!r} has affects_params= without affects=.")

    @property
    def scope(self) -> Mapping[str, str] | None:
        """Map each context parameter to the key that fills it; ``None`` for the names they share."""
        params = self.affects_params
        if params is None or isinstance(params, Mapping):
            return params
        return {name: name for name in ([params] if isinstance(params, str) else params)}
