"""Files on cards: how large they may be, and when they are deleted."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.forms import ClearableFileInput, ValidationError
from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from demo.board.models import Card

LIMIT = 1024 * 1024  # bytes


def check_size(file: object) -> None:
    """Refuse a file that was just chosen and is too large."""
    if isinstance(file, UploadedFile) and file.size and file.size > LIMIT:
        raise ValidationError(
            "This file has %(size)s. A card takes up to %(limit)s.",
            code="too_large",
            params={"size": filesizeformat(file.size), "limit": filesizeformat(LIMIT)},
        )


def discard(name: str | None) -> None:
    """Delete a file once the change that dropped it is committed."""
    if name:
        transaction.on_commit(partial(default_storage.delete, name))


class AttachmentInput(ClearableFileInput):
    """A file input that links to the current file, which only members can download."""

    template_name = "board/attachment_input.html"

    def __init__(self, card: Card | None = None, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__(dict(attrs or {}))
        self.card = card

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the file's URL and name."""
        context = super().get_context(name, value, attrs)
        if context["widget"]["is_initial"] and self.card is not None:
            href = reverse("attachment", kwargs={"card_id": self.card.pk})
            context["widget"] |= {"href": href, "filename": self.card.attachment_name}
        return context
