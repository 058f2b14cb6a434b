"""Forms of the test project: one for each way of ending, and formsets."""

from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from mizan_htmx.forms import mizanFormMeta, mizanFormMixin
from tests.site.gates import pass_gate
from tests.site.models import Card, Person


class ContactForm(mizanFormMixin, forms.Form):
    """Leaves a person behind; most kinds of fields, two of which depend on each other."""

    mizan = mizanFormMeta(
        name="contact", title="Contact us", subtitle="We answer within a day.", submit_label="Send"
    )
    success_message = "Thank you."

    name = forms.CharField(max_length=20, help_text="As we shall address you.")
    email = forms.EmailField()
    topic = forms.ChoiceField(choices=[("praise", "Praise"), ("blame", "Blame")], widget=forms.RadioSelect)
    low = forms.IntegerField(label="At least", initial=1)
    high = forms.IntegerField(label="At most", initial=9)
    message = forms.CharField(widget=forms.Textarea, required=False)
    source = forms.CharField(widget=forms.HiddenInput, required=False, initial="site")

    def clean_name(self) -> str:
        """Refuse a name that is taken; slow while a test holds the gate."""
        name: str = self.cleaned_data["name"]
        pass_gate()
        if Person.objects.filter(name=name).exists():
            raise ValidationError("That name is taken.")
        return name

    def clean(self) -> None:
        """Refuse a range that is none, and a message that contradicts itself."""
        if self.cleaned_data.get("low", 0) > self.cleaned_data.get("high", 0):
            self.add_error("high", "Must not be below the other.")
        if self.cleaned_data.get("topic") == "praise" and "bad" in self.cleaned_data.get("message", ""):
            raise ValidationError("That is no praise.")

    def on_submit_success(self, request: HttpRequest) -> None:
        """Leave a person."""
        Person.objects.create(name=self.cleaned_data["name"])


class PersonForm(mizanFormMixin, forms.ModelForm):  # type: ignore[type-arg]
    """Renames a person inside the block that shows them."""

    mizan = mizanFormMeta(
        name="person", affects="user", affects_params={"user_id": "pk"}, submit_label="Save"
    )
    success_message = "Saved."

    class Meta:
        model = Person
        fields = ("name",)

    @classmethod
    def get_init_kwargs(cls, request: HttpRequest) -> dict[str, Any]:
        """Take the person from the query."""
        return {"instance": get_object_or_404(Person, pk=request.GET["user_id"])}


class NickForm(mizanFormMixin, forms.Form):
    """Has a block inside, by a template of its own."""

    mizan = mizanFormMeta(name="nick")
    nick = forms.CharField()
    other = forms.CharField()


class ShadowsForm(mizanFormMixin, forms.Form):
    """Has fields that are called as what a script reads of a form."""

    mizan = mizanFormMeta(name="shadows", submit_label="Send")
    success_message = "Sent."

    id = forms.CharField()
    action = forms.EmailField()
    method = forms.CharField(required=False)
    name = forms.CharField(required=False)
    target = forms.CharField(required=False)
    dataset = forms.CharField(required=False)
    isConnected = forms.CharField(required=False)
    childNodes = forms.CharField(required=False)
    prepend = forms.CharField(required=False)
    submit = forms.CharField(required=False)
    reset = forms.CharField(required=False)

    def on_submit_success(self, request: HttpRequest) -> None:
        """Do nothing."""


class TakenForm(mizanFormMixin, forms.Form):
    """Has fields that are called as what htmx reads of a form, all of them required."""

    mizan = mizanFormMeta(name="taken", submit_label="Send")
    success_message = "Sent."

    attributes = forms.CharField()
    children = forms.CharField()
    closest = forms.CharField(min_length=3)
    elements = forms.CharField()
    matches = forms.BooleanField()
    parentElement = forms.CharField()
    tagName = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B"), ("c", "C")])

    def clean_tagName(self) -> list[str]:
        """Want both that the test has chosen."""
        chosen: list[str] = self.cleaned_data["tagName"]
        if chosen != ["a", "c"]:
            raise ValidationError(f"Got {chosen}.")
        return chosen

    def on_submit_success(self, request: HttpRequest) -> None:
        """Do nothing."""


class CrispyForm(mizanFormMixin, forms.Form):
    """Has a layout of its own."""

    mizan = mizanFormMeta(name="crispy", title="Crispy")
    name = forms.CharField(help_text="As we shall address you.")
    topic = forms.ChoiceField(choices=[("praise", "Praise"), ("blame", "Blame")], widget=forms.RadioSelect)
    agree = forms.BooleanField()
    low = forms.IntegerField()
    high = forms.IntegerField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.layout = Layout(
            Row(Column("name"), Column("topic")), "agree", Row(Column("low"), Column("high"))
        )

    def clean(self) -> None:
        """Refuse a range that is none."""
        if self.cleaned_data.get("low", 0) > self.cleaned_data.get("high", 0):
            self.add_error("high", "Must not be below the other.")


class UploadForm(mizanFormMixin, forms.Form):
    """Takes a file, and says what it was."""

    mizan = mizanFormMeta(name="upload", title="Upload")
    title = forms.CharField(max_length=10)
    file = forms.FileField()

    def on_submit_success(self, request: HttpRequest) -> dict[str, Any]:
        """Give the file's name and size."""
        pass_gate()
        file = self.cleaned_data["file"]
        return {"name": file.name, "size": file.size}


class MemberForm(mizanFormMixin, forms.Form):
    """Leaves a person behind, for those who are signed in."""

    mizan = mizanFormMeta(name="member", auth=True)
    name = forms.CharField()

    def on_submit_success(self, request: HttpRequest) -> None:
        """Leave a person."""
        Person.objects.create(name=self.cleaned_data["name"])


class NoteForm(mizanFormMixin, forms.Form):
    """Leaves a person behind, without any check on the way."""

    mizan = mizanFormMeta(name="note", title="Note", submit_label="Send", live_validation=False)
    success_message = "Thank you."
    name = forms.CharField()
    message = forms.CharField(widget=forms.Textarea)
    urgent = forms.BooleanField(required=False)

    def on_submit_success(self, request: HttpRequest) -> None:
        """Leave a person."""
        Person.objects.create(name=self.cleaned_data["name"])


class FullForm(mizanFormMixin, forms.Form):
    """Has words of its own for a refusal."""

    mizan = mizanFormMeta(name="full", live_validation=False)
    name = forms.CharField(max_length=3)

    def on_submit_failure(self, request: HttpRequest, errors: dict[str, list[str]]) -> HttpResponseBase:
        """Answer with a text."""
        return HttpResponse("<p>We are full.</p>", status=422)


class LeaveForm(mizanFormMixin, forms.Form):
    """Renames person 5 and leads to the page with everybody."""

    mizan = mizanFormMeta(name="leave", affects="user", live_validation=False)
    name = forms.CharField()

    def on_submit_success(self, request: HttpRequest) -> HttpResponseBase:
        """Redirect."""
        Person.objects.filter(pk=5).update(name=self.cleaned_data["name"])
        return HttpResponseRedirect("/people/?cached=1")


class EventForm(mizanFormMixin, forms.Form):
    """Asks for a day in three parts."""

    mizan = mizanFormMeta(name="event")
    day = forms.DateField(required=False, widget=forms.SelectDateWidget(years=[2030, 2031]))
    place = forms.CharField()


class StepForm(mizanFormMixin, forms.Form):
    """A step of a plan, whose order matters."""

    mizan = mizanFormMeta(name="step", title="Step", enable_formset=True)
    success_message = "Planned."
    formset_options: ClassVar[dict[str, Any]] = {
        "can_order": True,
        "min_num": 1,
        "validate_min": True,
        "max_num": 4,
        "validate_max": True,
    }
    text = forms.CharField()
    hours = forms.IntegerField(required=False, max_value=8)

    @classmethod
    def on_formset_success(cls, request: HttpRequest, formset: Any) -> None:
        """Leave a person for each step, in order."""
        for form in formset.ordered_forms:
            Person.objects.create(name=form.cleaned_data["text"])


class CardForm(mizanFormMixin, forms.ModelForm):  # type: ignore[type-arg]
    """The cards of a board, to be edited, added and deleted together."""

    mizan = mizanFormMeta(name="card", title="Card", affects="board", enable_formset=True)
    success_message = "Saved."
    formset_options: ClassVar[dict[str, Any]] = {"can_delete": True, "extra": 0}

    class Meta:
        model = Card
        fields = ("title", "board")
        widgets: ClassVar[dict[str, Any]] = {"board": forms.HiddenInput}

    @classmethod
    def get_formset_kwargs(cls, request: HttpRequest) -> dict[str, Any]:
        """Take the cards of board 1."""
        return {
            "queryset": Card.objects.filter(board_id=1).order_by("pk"),
            "form_kwargs": {"initial": {"board": 1}},
        }
