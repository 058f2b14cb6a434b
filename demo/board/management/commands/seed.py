"""``seed``: people, boards and cards to try the demo with."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from demo.board.models import TONES, Activity, Board, Card, ChatMessage, Notification, Person

PEOPLE = (
    ("mara", "Mara Lindqvist", "Product"),
    ("tomas", "Tomás Okafor", "Engineering"),
    ("yuki", "Yuki Brandt", "Design"),
    ("priya", "Priya Raman", "Research"),
    ("jonah", "Jonah Weiss", "Support"),
)

# A card is its title and its assignee.
Cards = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The initial content of a board."""

    title: str
    purpose: str
    members: tuple[str, ...]
    columns: dict[str, Cards]


PLANS = (
    Plan(
        "Spring release",
        "Everything that ships on 14 April, and nothing else.",
        ("mara", "tomas", "yuki", "priya"),
        {
            "To do": (
                ("Write the release notes", "mara"),
                ("Offer export to CSV in the reports", None),
                ("Check colour contrast in dark mode", "yuki"),
                ("Load test with 2,000 open boards", "tomas"),
            ),
            "In progress": (
                ("Shorten sign-up to a single page", "yuki"),
                ("Sort search results by last change", "tomas"),
                ("Interview five teams that left", "priya"),
            ),
            "Done": (
                ("Decide which browsers we support", "mara"),
                ("Let people undo an archived board", "tomas"),
            ),
        },
    ),
    Plan(
        "Help centre",
        "Answer the ten questions that we get every day.",
        ("mara", "jonah", "priya"),
        {
            "Ideas": (
                ("Short video: your first board", None),
                ("Page on billing dates and invoices", "jonah"),
            ),
            "Writing": (("How to move a board between teams", "jonah"),),
            "Review": (
                ("What happens when a trial ends", "mara"),
                ("Keyboard shortcuts on one sheet", "priya"),
            ),
            "Published": (("Reset a password without email", "jonah"),),
        },
    ),
    Plan(
        "Team days in June",
        "Two days, one lake, no slides.",
        ("yuki", "tomas", "jonah"),
        {
            "To arrange": (
                ("Ask for allergies and diets", "jonah"),
                ("Compare train and coach", None),
            ),
            "Booked": (("House by the lake for twelve", "yuki"),),
        },
    ),
)


@dataclass(frozen=True, slots=True)
class Details:
    """The details of a card: ``due`` in days from today, items as text and whether they are done."""

    description: str = ""
    due: int | None = None
    items: tuple[tuple[str, bool], ...] = ()
    file: tuple[str, str] | None = None


DETAILS = {
    "Write the release notes": Details(
        "One page. What changes for people who use it every day comes first; the rest is a list.",
        5,
        (
            ("Collect what has shipped", True),
            ("Ask Tomás about the undo window", True),
            ("Write a draft", False),
            ("Have somebody read it who was not there", False),
        ),
        (
            "release-notes-draft.txt",
            "Spring release\n\n* Archived boards come back for 30 days.\n* Search: last change first.\n",
        ),
    ),
    "Check colour contrast in dark mode": Details(
        due=-1, items=(("Text on cards", True), ("Borders of fields", False))
    ),
    "Interview five teams that left": Details("Half an hour each, no slides, and no selling.", 12),
    "Let people undo an archived board": Details(
        items=(("Keep what was on it", True), ("Say until when", True), ("Test it with 500 cards", True))
    ),
    "What happens when a trial ends": Details("Answer the three questions that support gets most.", 3),
}

# Board, author, minutes ago, text; oldest first.
TALK = (
    ("Spring release", "tomas", 190, "The load test is through: 2,000 boards, and nothing above 200 ms."),
    ("Spring release", "yuki", 184, "Lovely. Then the only thing left that scares me is dark mode."),
    ("Spring release", "tomas", 52, "Mara, do the release notes mention the export? Two teams have asked."),
    (
        "Spring release",
        "yuki",
        47,
        "If they do, say CSV in the first line. People search for that.",
    ),
    (
        "Help centre",
        "jonah",
        75,
        "I took the trial page back to Review. One sentence is not true any more.",
    ),
)


class Command(BaseCommand):
    """Load the demo's people and boards if they are missing; change nothing else."""

    help = "Load the demo's people and boards. Running it again adds nothing and changes nothing."

    @transaction.atomic
    def handle(self, *args: object, **options: object) -> None:
        """Add what is missing."""
        people = {person.username: person for person in map(_person, range(len(PEOPLE)))}
        # Not board by board: people may have renamed the ones they found.
        if Board.objects.exists():
            return
        for plan in PLANS:
            _board(plan, people)
        _news(people)
        _talk(people)


def _person(number: int) -> Person:
    username, name, role = PEOPLE[number]
    person, created = Person.objects.get_or_create(
        username=username, defaults={"display_name": name, "role": role, "tone": number % TONES}
    )
    if created:
        person.set_unusable_password()
        person.save(update_fields=["password"])
    return person


def _board(plan: Plan, people: dict[str, Person]) -> None:
    board = Board.objects.create(title=plan.title, purpose=plan.purpose)
    board.members.set(people[username] for username in plan.members)
    for place, (title, cards) in enumerate(plan.columns.items()):
        column = board.columns.create(title=title, position=place)
        for position, (card, assignee) in enumerate(cards):
            new = column.cards.create(
                title=card, position=position, assignee=people[assignee] if assignee else None
            )
            if card in DETAILS:
                _detail(new, DETAILS[card])


def _detail(card: Card, details: Details) -> None:
    """Add the details to a card."""
    card.description = details.description
    if details.due is not None:
        card.due = timezone.localdate() + timedelta(days=details.due)
    if details.file is not None:
        name, text = details.file
        card.attachment.save(name, ContentFile(text), save=False)
    card.save()
    for position, (text, done) in enumerate(details.items):
        card.items.create(text=text, done=done, position=position)


def _news(people: dict[str, Person]) -> None:
    """Record some activity, so that the page is not empty."""
    verb = Activity.Verb
    release, help_centre, days = Board.objects.order_by("pk")[:3]
    history = (
        (release, "mara", verb.ADDED, "Write the release notes", "To do", None),
        (release, "priya", verb.ASSIGNED, "Load test with 2,000 open boards", "", "tomas"),
        (release, "tomas", verb.MOVED, "Let people undo an archived board", "Done", None),
        (release, "mara", verb.ASSIGNED, "Shorten sign-up to a single page", "", "yuki"),
        (release, "yuki", verb.MOVED, "Decide which browsers we support", "Done", "mara"),
        (help_centre, "jonah", verb.ASSIGNED, "What happens when a trial ends", "", "mara"),
        (help_centre, "mara", verb.ASSIGNED, "Keyboard shortcuts on one sheet", "", "priya"),
        (days, "yuki", verb.ASSIGNED, "Ask for allergies and diets", "", "jonah"),
    )
    for age, (board, actor, done, subject, detail, concerned) in enumerate(reversed(history), start=1):
        recipient = people[concerned] if concerned else None
        entry = Activity.objects.create(
            board=board,
            actor=people[actor],
            verb=done,
            subject=subject,
            detail=detail,
            target=recipient if done is verb.ASSIGNED else None,
            created_at=timezone.now() - timedelta(minutes=17) * age * age,
        )
        if recipient is not None:
            Notification.objects.create(recipient=recipient, activity=entry)


def _talk(people: dict[str, Person]) -> None:
    """Add the first messages of a chat."""
    boards = {board.title: board for board in Board.objects.all()}
    for title, author, minutes, text in TALK:
        ChatMessage.objects.create(
            board=boards[title],
            author=people[author],
            text=text,
            created_at=timezone.now() - timedelta(minutes=minutes),
        )
