"""All details of a card, in one form."""

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from demo.board.access import Request, find_card, hold_board
from demo.board.attachments import LIMIT, AttachmentInput, check_size, discard
from demo.board.models import Activity, Card, Person
from demo.board.news import record, record_assignment
from demo.board.shapes import one_line
from mizan_htmx.errors import NotFound
from mizan_htmx.forms import mizanFormMeta, mizanFormMixin

Verb = Activity.Verb


def requested_card(request: HttpRequest) -> Card:
    """Return the card in a form's URL; raise NotFound."""
    card_id = request.GET.get("card_id", "")
    if not card_id.isascii() or not card_id.isdigit() or len(card_id) > 18:
        raise NotFound("This card is not there any more.")
    return find_card(request, int(card_id))  # type: ignore[arg-type]


class CardForm(mizanFormMixin, forms.ModelForm):  # type: ignore[type-arg]
    """Edit a card; record what has changed, and notify the people concerned."""

    mizan = mizanFormMeta(
        name="card_details",
        title="Details",
        submit_label="Save details",
        affects="card",
        affects_params={"card_id": "pk"},
        auth=True,
    )
    success_message = "Saved."

    class Meta:
        model = Card
        fields: ClassVar = ["title", "description", "due", "assignee", "attachment"]
        labels: ClassVar = {"assignee": "Who has it?", "due": "Due"}
        help_texts: ClassVar = {
            "attachment": f"One file, up to {LIMIT // 1024 // 1024} MB. Only members get it."
        }
        widgets: ClassVar = {
            "description": forms.Textarea(attrs={"rows": 4}),
            "due": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assignee: Any = self.fields["assignee"]
        assignee.queryset = Person.objects.filter(boards=self.instance.column.board_id)
        assignee.empty_label = "Nobody"
        stored = Card.objects.get(pk=self.instance.pk)  # Django fills it before validation ends
        self.fields["attachment"].widget = AttachmentInput(stored)

    @classmethod
    def get_init_kwargs(cls, request: HttpRequest) -> dict[str, Any]:
        """Fill in a copy of the card: blocks of the same page must not show what is not saved."""
        found = requested_card(request)
        card = Card.objects.select_related("column", "assignee").get(pk=found.pk)
        return {"instance": card, "label_suffix": ""}

    def clean_title(self) -> str:
        """Return the title as one line."""
        return str(one_line(self.cleaned_data["title"]))

    def clean_due(self) -> Any:
        """Refuse a day in the past, unless the card already had it."""
        due = self.cleaned_data["due"]
        if due and "due" in self.changed_data and due < timezone.localdate():
            raise forms.ValidationError("This day is over.", code="past")
        return due

    def clean_attachment(self) -> Any:
        """Refuse a file that is too large."""
        file = self.cleaned_data["attachment"]
        check_size(file)
        return file

    def on_submit_success(self, request: Request) -> None:  # type: ignore[override]
        """Save only the fields of this form: somebody else may have moved the card meanwhile."""
        card: Card = self.save(commit=False)
        hold_board(card.column.board_id)
        card.save(update_fields=self._meta.fields)
        changed = set(self.changed_data)
        board_id = card.column.board_id
        if "attachment" in changed:
            discard(self.initial["attachment"].name)
        if "title" in changed:
            record(request, Verb.RENAMED, self.initial["title"], board_id=board_id, detail=card.title)
        if "assignee" in changed:
            former = Person.objects.filter(pk=self.initial["assignee"]).first()
            record_assignment(request, card, card.assignee, former)
        if changed & {"description", "due", "attachment"}:
            record(request, Verb.EDITED, card.title, board_id=board_id, concerns=card.assignee)
