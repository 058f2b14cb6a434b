"""What is to be done for a card, one thing per row."""

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest

from demo.board.access import Request, hold_board
from demo.board.mizan_clients.details import requested_card
from demo.board.models import Activity, ChecklistItem
from demo.board.news import record
from demo.board.shapes import one_line
from mizan_htmx.forms import mizanFormMeta, mizanFormMixin

MOST = 20


class ChecklistItemForm(mizanFormMixin, forms.ModelForm):  # type: ignore[type-arg]
    """One row of a card's checklist."""

    mizan = mizanFormMeta(
        name="checklist",
        title="Checklist",
        submit_label="Save checklist",
        affects="card",
        affects_params=["card_id"],
        auth=True,
        enable_formset=True,
    )
    success_message = "Saved."
    formset_options: ClassVar = {
        "extra": 0,
        "max_num": MOST,
        "validate_max": True,
        "can_order": True,
        "can_delete": True,
    }

    class Meta:
        model = ChecklistItem
        fields: ClassVar = ["done", "text"]
        labels: ClassVar = {"text": "What is to be done?"}
        widgets: ClassVar = {"text": forms.TextInput(attrs={"autocomplete": "off"})}

    @classmethod
    def get_formset_kwargs(cls, request: HttpRequest) -> dict[str, Any]:
        """Return the rows of the card in the URL."""
        items = ChecklistItem.objects.filter(card=requested_card(request))
        return {"queryset": items, "form_kwargs": {"label_suffix": ""}}

    def clean_text(self) -> str:
        """Return the text as one line."""
        return str(one_line(self.cleaned_data["text"]))

    @classmethod
    def on_formset_success(cls, request: Request, formset: Any) -> None:  # type: ignore[override]
        """Save the rows in the order that they have on the page."""
        card = requested_card(request)
        board_id = card.column.board_id
        hold_board(board_id)
        formset.save(commit=False)
        for gone in formset.deleted_objects:
            gone.delete()
        # A row of another card, or one that somebody else has removed meanwhile, has a new instance here.
        for position, row in enumerate(formset.ordered_forms):
            row.instance.card = card
            row.instance.position = position
            row.instance.save()
        if formset.has_changed():
            record(request, Activity.Verb.CHECKED, card.title, board_id=board_id, concerns=card.assignee)
