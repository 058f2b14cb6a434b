"""People, boards, columns and cards; activity, presence and chat of boards; messages to the site."""

from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import ClassVar, TypeVar
from uuid import uuid4

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.timesince import timesince

TONES = 8


def next_position(siblings: "models.QuerySet[Card] | models.QuerySet[Column]") -> int:
    """Return the position after the last of these."""
    last: int | None = siblings.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def ago(at: datetime) -> str:
    """Return how long ago it was, in one word and a number."""
    if timezone.now() - at < timedelta(minutes=1):
        return "just now"
    return f"{timesince(at, depth=1)} ago"


Placed = TypeVar("Placed", "Card", "Column")


def number(model: type[Placed], rows: list[Placed]) -> None:
    """Save positions in the order of a list."""
    for position, row in enumerate(rows):
        row.position = position
    model._default_manager.bulk_update(rows, ["position"])


class Person(AbstractUser):
    """A user. ``tone`` selects the colour of the picture with their initials."""

    display_name = models.CharField(max_length=60)
    role = models.CharField(max_length=60, blank=True)
    tone = models.PositiveSmallIntegerField(default=0)

    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    class Meta:
        ordering: ClassVar = ["display_name", "pk"]

    def __str__(self) -> str:
        return self.display_name

    @property
    def initials(self) -> str:
        """The first letters of the first and the last word of the name."""
        words = self.display_name.split() or ["?"]
        ends = words if len(words) == 1 else [words[0], words[-1]]
        return "".join(word[0] for word in ends).upper()


class Board(models.Model):
    """A board and the people who may see and change it."""

    title = models.CharField(max_length=80)
    purpose = models.CharField(max_length=200, blank=True)
    members = models.ManyToManyField(Person, related_name="boards")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.title


class Column(models.Model):
    """A column; cards in the last one of a board count as done."""

    board = models.ForeignKey(Board, models.CASCADE, related_name="columns")
    title = models.CharField(max_length=40)
    position = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return self.title

    def shift(self, steps: int) -> bool:
        """Move to the left (-1) or the right (+1); return whether there was room."""
        columns = list(Column.objects.filter(board_id=self.board_id))
        place = columns.index(self)
        if not 0 <= place + steps < len(columns):
            return False
        columns.insert(place + steps, columns.pop(place))
        number(Column, columns)
        return True


def attachment_path(card: "Card", filename: str) -> str:
    """Return a path with a random folder, so that a file keeps its name and its URL can't be guessed."""
    return f"attachments/{uuid4().hex}/{filename}"


class CardQuerySet(models.QuerySet["Card"]):
    """Cards, and the progress of their checklists."""

    def with_checklist(self) -> "CardQuerySet":
        """Count each card's items and those that are done, and load its column."""
        tally = {"item_count": Count("items"), "done_count": Count("items", filter=Q(items__done=True))}
        counted = self.select_related("column").annotate(**tally)
        return counted.order_by("position", "pk")  # a grouped query loses the model's ordering


class Card(models.Model):
    """A card in a column."""

    column = models.ForeignKey(Column, models.CASCADE, related_name="cards")
    title = models.CharField(max_length=140)
    description = models.TextField(max_length=4000, blank=True)
    due = models.DateField(null=True, blank=True)
    attachment = models.FileField(upload_to=attachment_path, max_length=255, blank=True)
    assignee = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="cards")
    position = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    objects = CardQuerySet.as_manager()

    # Set by `with_checklist`.
    item_count: int
    done_count: int

    class Meta:
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_late(self) -> bool:
        """Whether the due day is over."""
        return self.due is not None and self.due < timezone.localdate()

    @property
    def attachment_name(self) -> str:
        """The name of the attached file; empty if there is none."""
        return PurePosixPath(self.attachment.name or "").name

    def shift(self, steps: int) -> bool:
        """Move up (-1) or down (+1) in its column; return whether there was room."""
        cards = list(Card.objects.filter(column_id=self.column_id))
        place = cards.index(self)
        if not 0 <= place + steps < len(cards):
            return False
        cards.insert(place + steps, cards.pop(place))
        number(Card, cards)
        return True

    def change_column(self, steps: int) -> Column | None:
        """Move to the top of the next column (-1 left, +1 right); return it, or ``None`` at the edge."""
        columns = list(Column.objects.filter(board_id=self.column.board_id))
        place = columns.index(self.column) + steps
        if not 0 <= place < len(columns):
            return None
        self.column = columns[place]
        self.save(update_fields=["column"])
        number(Card, [self, *Card.objects.filter(column=self.column).exclude(pk=self.pk)])
        return self.column


class ChecklistItem(models.Model):
    """One thing to do for a card."""

    card = models.ForeignKey(Card, models.CASCADE, related_name="items")
    text = models.CharField(max_length=140)
    done = models.BooleanField(default=False)
    position = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return self.text


class Activity(models.Model):
    """Something that somebody did on a board.

    ``subject`` and ``detail`` are texts as they were then, so the line stays right when a card is renamed or
    deleted. ``target`` is the person it was done to, if any.
    """

    class Verb(models.TextChoices):
        """The kinds of activity, and the words for each between actor and subject."""

        ADDED = "added", "added"
        RENAMED = "renamed", "renamed"
        MOVED = "moved", "moved"
        ASSIGNED = "assigned", "assigned"
        FREED = "freed", "took everybody off"
        EDITED = "edited", "edited"
        CHECKED = "checked", "worked on the checklist of"
        DELETED = "deleted", "deleted"

    board = models.ForeignKey(Board, models.CASCADE, related_name="activities")
    actor = models.ForeignKey(Person, models.CASCADE, related_name="+")
    verb = models.CharField(max_length=10, choices=Verb)
    subject = models.CharField(max_length=140)
    detail = models.CharField(max_length=140, blank=True)
    target = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        verbose_name_plural = "activities"

    def __str__(self) -> str:
        return f"{self.actor} {self.get_verb_display()} {self.subject}"

    @property
    def ago(self) -> str:
        """How long ago it was, in one word and a number."""
        return ago(self.created_at)


class Notification(models.Model):
    """An activity that a person should know of, because it concerns them or their card."""

    recipient = models.ForeignKey(Person, models.CASCADE, related_name="notifications")
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="notifications")
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-activity__created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.recipient}: {self.activity}"


class ChatMessage(models.Model):
    """A chat message on a board."""

    board = models.ForeignKey(Board, models.CASCADE, related_name="chat_messages")
    author = models.ForeignKey(Person, models.CASCADE, related_name="+")
    text = models.TextField(max_length=1000)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.author}: {self.text}"


class Presence(models.Model):
    """An open page of a board; ``seen_at`` is the time of its last renewal."""

    board = models.ForeignKey(Board, models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    page = models.UUIDField(unique=True)
    seen_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.person} looks at {self.board}"


class Message(models.Model):
    """A message to the people who run the site; ``sender`` if they were signed in."""

    class Subject(models.TextChoices):
        """The topics."""

        QUESTION = "question", "A question"
        TROUBLE = "trouble", "Something broken"
        IDEA = "idea", "An idea"

    sender = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="messages")
    name = models.CharField(max_length=60)
    email = models.EmailField()
    subject = models.CharField(max_length=10, choices=Subject)
    text = models.TextField(max_length=2000)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.name}: {self.get_subject_display()}"

    @property
    def ago(self) -> str:
        """How long ago it was, in one word and a number."""
        return ago(self.created_at)


class HelpCount(models.Model):
    """How often visitors said that the help page helped: one row."""

    times = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.times)
