"""The values that readers return, for templates and JSON."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal, Self

from django.utils import timezone
from django.utils.timesince import timesince
from pydantic import AfterValidator, BaseModel, BeforeValidator, StringConstraints

from demo.board.models import Activity, ChatMessage


def without_nul(text: str) -> str:
    """Raise ValueError for text that databases can't store."""
    if "\0" in text:
        raise ValueError("A text can't hold the character NUL.")
    return text


def one_line(value: object) -> object:
    """Return a text as one stripped line; raise ValueError for text that databases can't store."""
    return " ".join(without_nul(value).split()) if isinstance(value, str) else value


NO_NUL = AfterValidator(without_nul)
ONE_LINE = BeforeValidator(one_line)
Name = Annotated[str, StringConstraints(min_length=1, max_length=60), ONE_LINE]
BoardTitle = Annotated[str, StringConstraints(min_length=1, max_length=80), ONE_LINE]
ColumnTitle = Annotated[str, StringConstraints(min_length=1, max_length=40), ONE_LINE]
CardTitle = Annotated[str, StringConstraints(min_length=1, max_length=140), ONE_LINE]

Direction = Literal["left", "right", "up", "down"]
Side = Literal["left", "right"]
STEPS = {"left": -1, "up": -1, "right": 1, "down": 1}


def ago(at: datetime) -> str:
    """Return how long ago it was, in one word and a number."""
    if timezone.now() - at < timedelta(minutes=1):
        return "just now"
    return f"{timesince(at, depth=1)} ago"


class PersonShape(BaseModel):
    """A person, as others on their boards see them."""

    id: int
    name: str
    initials: str
    role: str
    tone: int


class BoardShape(BaseModel):
    """A board without its content."""

    id: int
    title: str
    purpose: str
    member_ids: list[int]


class ColumnShape(BaseModel):
    """A column, and the keys of its cards, from top to bottom."""

    id: int
    title: str
    card_ids: list[int]


class CardShape(BaseModel):
    """A card, its place, and the progress of its checklist; ``attachment`` is the name of a file."""

    id: int
    title: str
    assignee_id: int | None
    column_id: int
    position: int
    description: str
    due: date | None
    attachment: str
    items: int
    items_done: int

    @property
    def is_late(self) -> bool:
        """Whether the due day is over."""
        return self.due is not None and self.due < timezone.localdate()


class Progress(BaseModel):
    """How many of a board's cards are in its last column."""

    done: int
    total: int


class Entry(BaseModel):
    """One line of activity: ``actor`` ``verb`` “``subject``” [to ``detail`` or ``target``]."""

    id: int
    actor_id: int
    verb: str
    subject: str
    detail: str
    target_id: int | None
    at: datetime
    board_id: int
    board_title: str
    is_new: bool = False

    @property
    def ago(self) -> str:
        """How long ago it was, in one word and a number."""
        return ago(self.at)

    @classmethod
    def of(cls, activity: Activity, *, is_new: bool = False) -> "Entry":
        """Return the line of an activity whose ``board`` is loaded."""
        return cls(
            id=activity.pk,
            actor_id=activity.actor_id,
            verb=activity.get_verb_display(),
            subject=activity.subject,
            detail=activity.detail,
            target_id=activity.target_id,
            at=activity.created_at,
            board_id=activity.board_id,
            board_title=activity.board.title,
            is_new=is_new,
        )


class Letter(BaseModel):
    """A message to the people who run the site."""

    subject: str
    text: str
    at: datetime

    @property
    def ago(self) -> str:
        """How long ago it was, in one word and a number."""
        return ago(self.at)


class ChatLine(BaseModel):
    """One message of a chat, with the current name of its author."""

    id: int
    author_id: int
    name: str
    initials: str
    tone: int
    text: str
    at: datetime

    @classmethod
    def of(cls, message: ChatMessage) -> Self:
        """Return the line of a message whose ``author`` is loaded."""
        author = message.author
        return cls(
            id=message.pk,
            author_id=author.pk,
            name=author.display_name,
            initials=author.initials,
            tone=author.tone,
            text=message.text,
            at=message.created_at,
        )
