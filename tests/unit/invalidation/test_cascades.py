"""``watch_model`` of rows that go or change with others, without a signal of Django's."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import ForeignKey, Model, signals
from django.test.utils import isolate_apps
from pytest_django import DjangoAssertNumQueries

from mizan_htmx.invalidation import cascades
from mizan_htmx.invalidation import model_watch as watch
from mizan_htmx.invalidation.model_watch import watch_model
from tests.apps.cascading.models import (
    DB_CASCADE,
    Book,
    Library,
    Mark,
    Memo,
    Named,
    Note,
    Owner,
    Patron,
    Quote,
    Reply,
    Shelf,
    Sponsor,
    Stamp,
    Tag,
    Wish,
)
from tests.helpers.model_watch import Do, Published

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("rooms_and_guests", "cascading"),
]


def own(row: Any) -> dict[str, object]:
    """Name a row by itself."""
    return {"room_id": row.pk}


def its(attribute: str) -> Any:
    """Name a row by itself and by what it refers to."""
    return lambda row: {"room_id": row.pk, "tab": str(getattr(row, attribute))}


def keys(*rows: Model, tab: object = None) -> str:
    """Write what the rows make stale."""
    end = "" if tab is None else f";tab={tab}"
    return ", ".join(f"room;room_id={row.pk}{end}" for row in rows)


def shelf_of(owner: Owner) -> Shelf:
    """Make a shelf."""
    return Shelf.objects.create(owner=owner)


def book_on(shelf: Shelf, code: str = "b") -> Book:
    """Make a book."""
    return Book.objects.create(shelf=shelf, code=code)


@pytest.fixture
def owner() -> Owner:
    """Make an owner."""
    return Owner.objects.create()


@pytest.fixture
def shelf(owner: Owner) -> Shelf:
    """Make a shelf."""
    return shelf_of(owner)


@pytest.fixture
def book(shelf: Shelf) -> Book:
    """Make a book."""
    return book_on(shelf)


def test_the_database_does_it(owner: Owner, book: Book) -> None:
    note = Note.objects.create(book=book)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cascading_owner WHERE id = %s", [owner.pk])
    note.refresh_from_db()
    assert (Book.objects.count(), note.book_id) == (0, None)


class TestRowsThatGo:
    """By DB_CASCADE, however far."""

    def test_the_row_itself(self, do: Do, published: Published, shelf: Shelf) -> None:
        watch_model(Shelf, "room", own)
        do(shelf.owner.delete)
        assert published == [keys(shelf)]
        assert Shelf.objects.count() == 0

    def test_one_that_goes_with_one_that_goes(
        self, do: Do, published: Published, owner: Owner, book: Book
    ) -> None:
        watch_model(Book, "room", own)
        do(owner.delete)
        assert published == [keys(book)]

    def test_by_another_key_and_without_a_way_back(
        self, published: Published, owner: Owner, book: Book
    ) -> None:
        quote = Quote.objects.create(book=book)
        watch_model(Quote, "room", own)
        book.code = "changed, and not saved"
        book.delete()
        assert published == [keys(quote)]
        other = Quote.objects.create(book=book_on(shelf_of(owner)))
        published.clear()
        owner.delete()
        assert published == [keys(other)]

    def test_by_the_class_that_is_watched(self, published: Published, owner: Owner, shelf: Shelf) -> None:
        """An abstract one stands for all that are made of it."""
        abstract: Any = Named
        watch_model(abstract, "room", lambda row: {"room_id": row.pk} if isinstance(row, Shelf) else None)
        owner.delete()
        assert published == [keys(shelf)]

    @pytest.mark.parametrize("model", [Patron, Sponsor])
    def test_with_a_row_of_another_class(self, published: Published, model: type[Owner]) -> None:
        owner = model.objects.create(pk=7)
        shelf = shelf_of(owner)
        watch_model(Shelf, "room", own)
        model.objects.get().delete()
        assert published == [keys(shelf)]
        other = shelf_of(model.objects.create(pk=8))
        published.clear()
        model.objects.all().delete()
        assert published == [keys(other)]

    def test_not_with_a_row_whose_parent_stays(self, published: Published) -> None:
        sponsor = Sponsor.objects.create()
        shelf_of(sponsor)
        watch_model(Shelf, "room", own)
        sponsor.delete(keep_parents=True)
        assert (published, Shelf.objects.count()) == ([], 1)

    def test_with_one_that_goes_by_python(self, do: Do, published: Published, book: Book) -> None:
        library = Library.objects.create()
        Owner.objects.update(library=library)
        watch_model(Book, "room", own)
        do(library.delete)
        assert published == [keys(book)]

    def test_with_one_that_python_finds_by_its_content_type(self, published: Published) -> None:
        library = Library.objects.create()
        reply = Reply.objects.create(tag=Tag.objects.create(about=library))
        watch_model(Reply, "room", own)
        library.delete()
        assert (published, Reply.objects.count()) == ([keys(reply)], 0)

    def test_a_tree(self, published: Published) -> None:
        replies = [Reply.objects.create()]
        for _ in range(5):
            replies.append(Reply.objects.create(to=replies[-1]))
        watch_model(Reply, "room", own)
        expected = {*keys(*replies).split(", ")}
        replies[0].delete()
        assert ({*published[0].split(", ")}, Reply.objects.count()) == (expected, 0)

    def test_a_circle(self, published: Published) -> None:
        one = Reply.objects.create()
        other = Reply.objects.create(to=one)
        Reply.objects.filter(pk=one.pk).update(to=other)
        watch_model(Reply, "room", own)
        Reply.objects.filter(pk=one.pk).delete()
        assert ({*published[0].split(", ")}, Reply.objects.count()) == ({*keys(one, other).split(", ")}, 0)

    def test_none_of_those_that_stay(self, published: Published, owner: Owner, book: Book) -> None:
        other = book_on(shelf_of(Owner.objects.create()), "other")
        watch_model(Book, "room", own)
        owner.delete()
        assert (published, [*Book.objects.all()]) == ([keys(book)], [other])

    def test_nothing_that_is_rolled_back(self, published: Published, owner: Owner, book: Book) -> None:
        watch_model(Book, "room", own)
        with transaction.atomic():
            owner.delete()
            transaction.set_rollback(True)
        assert published == []


class TestMany:
    """A queryset deletes many at once."""

    def test_they_are_asked_about_together(
        self, do: Do, published: Published, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        owners = [Owner.objects.create() for _ in range(5)]
        books = [book_on(shelf_of(owner), str(owner.pk)) for owner in owners]
        watch_model(Book, "room", own)
        with django_assert_num_queries(3, connection=connection) as asked:
            found = [*cascades.find(owners[0], "default", Owner.objects.all(), **options(Book))]
        assert [row.pk for each in found for row in each.before] == [book.pk for book in books]
        assert len(asked) == 3
        do(Owner.objects.all().delete)
        assert published == [keys(*books)]

    def test_once_more_after_a_rollback(self, published: Published, owner: Owner, book: Book) -> None:
        watch_model(Book, "room", own)
        other = book_on(shelf_of(Owner.objects.create()), "other")
        published.clear()
        all_of_them = Owner.objects.all()
        with transaction.atomic():
            all_of_them.delete()
            transaction.set_rollback(True)
        all_of_them.delete()
        assert published == [keys(book, other)]

    def test_once_more_after_one_that_failed_half_way(
        self, published: Published, owner: Owner, book: Book
    ) -> None:
        watch_model(Book, "room", own)
        other = book_on(shelf_of(Owner.objects.create()), "other")
        published.clear()
        all_of_them = Owner.objects.all()

        def refuse(**kwargs: object) -> None:
            raise RuntimeError

        signals.pre_delete.connect(refuse, sender=Owner)
        with pytest.raises(RuntimeError):
            all_of_them.delete()
        signals.pre_delete.disconnect(refuse, sender=Owner)
        all_of_them.delete()
        assert published == [keys(book, other)]

    @pytest.mark.parametrize("watched", [Book, Shelf])
    @pytest.mark.parametrize("at_once", [True, False])
    def test_more_than_are_worth_asking_about_invalidate_the_whole_context(
        self,
        published: Published,
        owner: Owner,
        monkeypatch: pytest.MonkeyPatch,
        at_once: bool,
        watched: type[Model],
    ) -> None:
        monkeypatch.setattr(watch, "MAX_ROWS", 3)
        for number in range(4):
            book_on(shelf_of(owner), str(number))
        watch_model(watched, "room", own)
        (Owner.objects.all() if at_once else owner).delete()
        assert published == ["room"]

    def test_more_owners_than_are_worth_asking_about(
        self, published: Published, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(watch, "MAX_ROWS", 3)
        library = Library.objects.create()
        for _ in range(4):
            Owner.objects.create(library=library)
        watch_model(Book, "room", own)
        Owner.objects.all().delete()
        for _ in range(4):
            Owner.objects.create(library=library)
        library.delete()
        assert published == ["room", "room"]

    @pytest.mark.parametrize("at_once", [True, False])
    def test_as_many_as_are_worth_asking_about_are_published_each(
        self, published: Published, monkeypatch: pytest.MonkeyPatch, at_once: bool
    ) -> None:
        monkeypatch.setattr(watch, "MAX_ROWS", 3)
        library = Library.objects.create()
        owners = [Owner.objects.create(library=library) for _ in range(3)]
        shelves = [shelf_of(owner) for owner in owners]
        watch_model(Shelf, "room", own)
        (Owner.objects.all() if at_once else library).delete()
        assert sorted(each for text in published for each in text.split(", ")) == sorted(map(keys, shelves))


def options(*watched: type[Model]) -> Any:
    """Give the rest of what ``find`` takes."""
    return {"watched": frozenset(watched), "read": list, "limit": 100}


class TestRowsThatChange:
    """By DB_SET_NULL and DB_SET_DEFAULT, and by SET_NULL and SET_DEFAULT of Django's own."""

    @pytest.mark.parametrize("far", [True, False])
    def test_null(self, do: Do, published: Published, owner: Owner, book: Book, far: bool) -> None:
        note = Note.objects.create(book=book)
        watch_model(Note, "room", its("book_id"))
        before = keys(note, tab=book.pk)
        do((owner if far else book).delete)
        assert published == [f"{before}, {keys(note)};tab=None"]

    def test_a_subclass_alone(self, published: Published, book: Book) -> None:
        Note.objects.create(book=book)
        memo = Memo.objects.create(book=book)
        watch_model(Memo, "room", its("book_id"))
        before = keys(memo, tab=book.pk)
        book.delete()
        assert published == [f"{before}, {keys(memo)};tab=None"]

    def test_a_default(self, published: Published, book: Book) -> None:
        if book.pk != 1:
            Book.objects.create(pk=1, shelf=book.shelf, code="first")
        other = Book.objects.create(shelf=book.shelf, code="other")
        stamp = Stamp.objects.create(book=other)
        watch_model(Stamp, "room", its("book_id"))
        before = keys(stamp, tab=other.pk)
        other.delete()
        stamp.refresh_from_db()
        assert (stamp.book_id, published) == (1, [f"{before}, {keys(stamp, tab=1)}"])

    def test_a_default_that_only_the_database_knows(self, published: Published, book: Book) -> None:
        if book.pk != 1:
            Book.objects.create(pk=1, shelf=book.shelf, code="first")
        other = Book.objects.create(shelf=book.shelf, code="other")
        mark = Mark.objects.create(book=other)
        watch_model(Mark, "room", its("book_id"))
        other.delete()
        mark.refresh_from_db()
        assert (mark.book_id, published) == (1, ["room"])

    def test_by_python(self, do: Do, published: Published, owner: Owner) -> None:
        heir = Owner.objects.create()
        wish = Wish.objects.create(owner=heir, heir_id=owner.pk)
        watch_model(Wish, "room", its("owner_id"))
        do(heir.delete)
        assert published == [f"{keys(wish)};tab={wish.owner_id}, {keys(wish)};tab=None"]

    def test_a_default_by_python(self, do: Do, published: Published) -> None:
        Owner.objects.get_or_create(pk=1)
        heir = Owner.objects.create()
        wish = Wish.objects.create(heir=heir)
        watch_model(Wish, "room", its("heir_id"))
        before = keys(wish, tab=heir.pk)
        do(heir.delete)
        assert published == [f"{before}, {keys(wish, tab=1)}"]


class TestCosts:
    """Only deletions that lead to something watched are looked at."""

    def test_nobody_else_is_listened_to(self) -> None:
        watch_model(Shelf, "room", own)
        received = {
            model.__name__: signals.pre_delete.has_listeners(model)
            for model in (Library, Owner, Patron, Sponsor, Shelf, Book, Note, Tag, Wish)
        }
        assert received == {
            **dict.fromkeys(("Owner", "Patron", "Shelf"), True),
            **dict.fromkeys(("Library", "Sponsor", "Book", "Note", "Tag", "Wish"), False),
        }

    @isolate_apps("tests.apps.cascading")
    def test_a_model_that_comes_later(self) -> None:
        """At start a watch may stand before a model that its own refers to by name."""

        class Leaf(Model):
            branch: Any = ForeignKey("Branch", DB_CASCADE)

            class Meta:
                app_label = "cascading"

            def __str__(self) -> str:
                return "leaf"

        watch_model(Leaf, "room", own)

        class Branch(Model):
            class Meta:
                app_label = "cascading"

            def __str__(self) -> str:
                return "branch"

        assert not signals.pre_delete.has_listeners(Branch)
        watch.listen_to_all()
        assert signals.pre_delete.has_listeners(Branch)

    def test_who_is_above_a_model(self) -> None:
        assert cascades.sources(Owner) == set()
        assert cascades.sources(Book) == {Shelf, Owner}
        assert cascades.sources(Note) == {Book, Shelf, Owner}
        assert cascades.sources(Reply) == {Reply, Tag}
        assert cascades.sources(Wish) == {Owner}

    def test_which_ways_lead_on(self) -> None:
        watched = frozenset({Note})
        assert [(way.model, way.is_watched, way.leads_on) for way in cascades.ways(Owner, watched)] == [
            (Shelf, False, True)
        ]
        assert [(way.model, way.is_watched, way.leads_on) for way in cascades.ways(Book, watched)] == [
            (Note, True, False)
        ]
        assert cascades.ways(Library, watched) == ()
        assert cascades.reached(Owner, watched) == {Shelf, Book, Note}

    def test_a_row_of_a_subclass_takes_nothing_with_it_that_refers_to_its_parent(self) -> None:
        """The database that deletes it leaves the row in the parent's table."""
        watched = frozenset({Shelf})
        assert [way.model for way in cascades.ways(Owner, watched)] == [Shelf]
        assert cascades.ways(Sponsor, watched) == ()

    def test_rows_of_a_watched_subclass_end_the_way(self) -> None:
        watched = frozenset({Memo})
        assert [(way.model, way.is_watched, way.leads_on) for way in cascades.ways(Book, watched)] == [
            (Memo, True, False)
        ]
        assert [(way.model, way.is_watched, way.leads_on) for way in cascades.ways(Shelf, watched)] == [
            (Book, False, True)
        ]

    def test_what_goes_with_a_row_is_left_out_if_nothing_watched_goes_with_it(self) -> None:
        assert {way.model for way in cascades.ways(Owner, frozenset({Wish}))} == {Wish}

    def test_the_database_that_deletes_is_asked(self, book: Book) -> None:
        asked: list[str] = []

        def read(rows: Any) -> list[Any]:
            asked.append(rows.db)
            return []

        rest = {**options(Note), "read": read}
        assert [*cascades.find(book, "elsewhere", book, **rest)] == []
        assert asked == ["elsewhere"]
