"""The sign-up form: the username is checked while it is typed."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from demo.board.models import TONES, Board, Person
from demo.board.sessions import enter
from demo.board.shapes import one_line
from mizan_htmx import invalidate
from mizan_htmx.errors import NotFound
from mizan_htmx.forms import mizanFormMeta, mizanFormMixin


def in_demo_mode(request: HttpRequest) -> bool:
    """Allow everybody in demo mode; otherwise raise NotFound."""
    if not settings.DEMO_MODE:
        raise NotFound()
    return True


def free_username(wanted: str) -> str:
    """Return the first of ``wanted2``, ``wanted3``, … that is free."""
    taken = Person.objects.filter(username__istartswith=wanted).values_list("username", flat=True)
    known = {name.lower() for name in taken}
    number = 2
    while f"{wanted}{number}".lower() in known:
        number += 1
    return f"{wanted}{number}"


class SignUpForm(mizanFormMixin, forms.ModelForm):  # type: ignore[type-arg]
    """Create a person with a password, sign them in, and add them to the first board."""

    mizan = mizanFormMeta(
        name="sign_up",
        submit_label="Create account",
        affects="boards",
        affects_params={"user_id": "pk"},
        auth=in_demo_mode,
    )

    class Meta:
        model = Person
        fields: ClassVar = ["display_name", "username"]
        labels: ClassVar = {"display_name": "Your name", "username": "User name"}
        widgets: ClassVar = {
            "display_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "username": forms.TextInput(
                attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
            ),
        }
        help_texts: ClassVar = {
            "display_name": "As your team knows you.",
            "username": "You sign in with it. Letters, digits and . _ - + @",
        }

    password = forms.CharField(
        strip=False,
        max_length=128,
        help_text="At least 10 characters, and not one of those that everybody has.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    @classmethod
    def get_init_kwargs(cls, request: HttpRequest) -> dict[str, Any]:
        """Set the labels without colons."""
        return {"label_suffix": ""}

    def clean_display_name(self) -> str:
        """Return the name as one line."""
        return str(one_line(self.cleaned_data["display_name"]))

    def clean_username(self) -> str:
        """Refuse a name that is taken, whatever its case, and suggest a free one."""
        username: str = self.cleaned_data["username"]
        if Person.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(
                "“%(name)s” is taken. “%(free)s” is free.",
                code="taken",
                params={"name": username, "free": free_username(username)},
            )
        return username

    def clean(self) -> None:
        """Validate the password, and that it does not resemble the names."""
        values = {**self.cleaned_data}
        password = values.pop("password", None)
        try:
            if password:
                validate_password(password, Person(**values))
        except forms.ValidationError as error:
            self.add_error("password", error)

    def on_submit_success(self, request: HttpRequest) -> HttpResponse:
        """Save the person, and sign them in."""
        person: Person = self.save(commit=False)
        person.set_password(self.cleaned_data["password"])
        person.tone = Person.objects.count() % TONES
        person.save()
        enter(request, person)
        board = Board.objects.first()
        if board is None:
            return redirect("boards")
        board.members.add(person)
        invalidate(request, "board", board_id=board.pk)
        return redirect("board", board_id=board.pk)
