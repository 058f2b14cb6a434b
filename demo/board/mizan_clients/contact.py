"""Messages to the people who run the site."""

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest

from demo.board.access import Request, is_oneself
from demo.board.models import Message
from mizan_htmx import client
from mizan_htmx.forms import mizanFormMeta, mizanFormMixin


@client(context="messages", auth=is_oneself)
def messages_of(request: Request, user_id: int) -> QuerySet[Message]:
    """Read the latest five messages that a person has written to us."""
    return Message.objects.filter(sender=user_id)[:5]


class ContactForm(mizanFormMixin, forms.ModelForm):  # type: ignore[type-arg]
    """Store a message, with its sender if that is known."""

    mizan = mizanFormMeta(
        name="contact",
        title="Your message",
        submit_label="Send message",
        affects="messages",
        affects_params={"user_id": "sender_id"},
    )
    success_message = "Thank you. Your message has arrived."

    class Meta:
        model = Message
        fields: ClassVar = ["name", "email", "subject", "text"]
        labels: ClassVar = {"name": "Your name", "subject": "What is it about?", "text": "Message"}
        help_texts: ClassVar = {"email": "We answer to this address, and use it for nothing else."}
        widgets: ClassVar = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "text": forms.Textarea(attrs={"rows": 5}),
        }

    subject = forms.ChoiceField(
        label="What is it about?", choices=Message.Subject.choices, widget=forms.RadioSelect
    )

    @classmethod
    def get_init_kwargs(cls, request: HttpRequest) -> dict[str, Any]:
        """Fill in the data of a visitor who is signed in."""
        user = request.user
        known = {"name": user.display_name, "email": user.email} if user.is_authenticated else {}
        return {"initial": known, "label_suffix": ""}

    def on_submit_success(self, request: HttpRequest) -> dict[str, str]:
        """Set the sender, and tell the visitor where the answer will be sent."""
        if request.user.is_authenticated:
            self.instance.sender = request.user
        return {"name": self.cleaned_data["name"], "email": self.cleaned_data["email"]}
