"""The texts that functions take, and the values that are also sent to scripts."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, StringConstraints

from demo.board.models import ChatMessage


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


class Progress(BaseModel):
    """How many of a board's cards are in its last column."""

    done: int
    total: int


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
