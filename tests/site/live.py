"""What the test project sends at once: notes that anybody changes, a diary of one's own, a talk."""

from django.db.models import F, Value
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from pydantic import BaseModel, Field

from mizan_htmx import Context, client
from mizan_htmx.channels import Channel
from tests.site.gates import pass_gate
from tests.site.models import Card, Person
from tests.site.replica import title_of

NOTE = Context("note", live=True)
DIARY = Context("diary", live=True)

# Boards that nobody may talk about.
SECRET = {13}


@client(context=NOTE)
def note_title(request: HttpRequest, card_id: int) -> str:
    """Read a note, which is the title of a card; slow while a test holds the gate."""
    title = title_of(card_id)
    pass_gate()
    return title


@client(affects=NOTE)
def write_note(request: HttpRequest, card_id: int, title: str) -> HttpResponse:
    """Write a note; 204."""
    Card.objects.filter(pk=card_id).update(title=title)
    return HttpResponse(status=204)


@client(affects=NOTE)
def write_and_show(request: HttpRequest, card_id: int, title: str) -> HttpResponse:
    """Write a note, and answer with a block that shows it."""
    Card.objects.filter(pk=card_id).update(title=title)
    return render(request, "site/_note.html", {"card_id": card_id})


@client(affects=NOTE, websocket=True)
def add_to_note(request: HttpRequest, card_id: int, text: str) -> str:
    """Write something behind a note; over the socket, too."""
    Card.objects.filter(pk=card_id).update(title=Concat(F("title"), Value(text)))
    return Card.objects.get(pk=card_id).title


@client(websocket=True)
def hello(request: HttpRequest) -> str:
    """Answer, and change nothing."""
    return "Hello"


def knows(person: object) -> bool:
    """Tell whether somebody is signed in; a test may put something else into its place."""
    return bool(getattr(person, "is_authenticated", False))


def may_read(request: HttpRequest) -> bool:
    """Let in who is known."""
    return knows(request.user)


@client(context=DIARY, auth=may_read)
def diary_entry(request: HttpRequest) -> str:
    """Read what is only for those who are signed in."""
    return Person.objects.get(pk=5).name


@client(affects=DIARY)
def write_diary(request: HttpRequest, entry: str) -> HttpResponse:
    """Write into the diary; 204."""
    Person.objects.filter(pk=5).update(name=entry)
    return HttpResponse(status=204)


class Line(BaseModel):
    """A line of the talk."""

    pk: int
    text: str


@client(context="talk")
def talk_lines(request: HttpRequest, board_id: int) -> list[Line]:
    """Read what was said; slow while a test holds the gate."""
    lines = [
        Line(pk=card.pk, text=card.title) for card in Card.objects.filter(board_id=board_id).order_by("pk")
    ]
    pass_gate()
    return lines


class TalkChannel(Channel):
    """Says something to everybody who looks at the same board."""

    class Params(BaseModel):
        """The board."""

        board_id: int

    class DjangoMessage(Line):
        """A line that was said."""

    class ReactMessage(BaseModel):
        """A line to say."""

        text: str = Field(max_length=40)

    def authorize(self, params: Params) -> bool:
        """Let everybody read all boards that are not secret."""
        return params.board_id not in SECRET

    def group(self, params: Params) -> str:
        """Name the group of a board."""
        return f"talk_{params.board_id}"

    def receive(self, params: Params, msg: ReactMessage) -> DjangoMessage:
        """Keep a line, and send it; slow while a test holds the gate."""
        pass_gate()
        card = Card.objects.create(board_id=params.board_id, title=msg.text)
        return self.DjangoMessage(pk=card.pk, text=card.title)
