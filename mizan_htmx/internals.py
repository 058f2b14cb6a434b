"""What this package uses of Django that is not documented, one function for each: a change shows here."""

from django.forms import BaseForm, BaseFormSet


def is_validated(form: BaseForm | BaseFormSet) -> bool:  # type: ignore[type-arg]
    """Return whether a form or formset has been validated; ``errors`` would do it now.

    Relies on ``_errors``, which is ``None`` until ``full_clean()`` has run.
    """
    return getattr(form, "_errors", None) is not None
