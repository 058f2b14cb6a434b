"""What goes with something else by the database: shelves and books of owners, and what is said of them.

Before Django 6.1 the ``on_delete`` of these fields does nothing; ``tests.helpers.cascades`` makes the tables.
"""

from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Value
from django.db.models.functions import Abs


def _by_the_database(name: str) -> Any:
    def nothing(collector: Any, field: Any, sub_objs: Any, using: str) -> None:
        """Leave it to the database."""

    return getattr(models, name, nothing)


DB_CASCADE = _by_the_database("DB_CASCADE")
DB_SET_NULL = _by_the_database("DB_SET_NULL")
DB_SET_DEFAULT = _by_the_database("DB_SET_DEFAULT")


class Named(models.Model):
    """Something with a name."""

    name = models.CharField(max_length=20, default="")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Tag(Named):
    """Something that Python deletes with what it is about, whatever that is."""

    # Apps without migrations get their tables first.
    content_type = models.ForeignKey(ContentType, models.CASCADE, db_constraint=False)
    object_id = models.IntegerField()
    about = GenericForeignKey()


class Library(Named):
    """What Python deletes owners and tags with."""

    tags = GenericRelation(Tag)


class Owner(Named):
    """Whose shelves go with them."""

    library = models.ForeignKey(Library, models.CASCADE, null=True)


class Patron(Owner):
    """An owner by another class; the same table."""

    class Meta:
        proxy = True


class Sponsor(Owner):
    """An owner with a table of its own."""

    amount = models.IntegerField(default=1)


class Shelf(Named):
    """Goes with its owner."""

    owner = models.ForeignKey(Owner, DB_CASCADE)


class Book(Named):
    """Goes with its shelf."""

    shelf = models.ForeignKey(Shelf, DB_CASCADE)
    code = models.CharField(max_length=20, unique=True)


class Quote(Named):
    """Goes with a book, which it knows by its code."""

    book = models.ForeignKey(Book, DB_CASCADE, to_field="code", related_name="+")


class Note(Named):
    """Stays when its book goes."""

    book = models.ForeignKey(Book, DB_SET_NULL, null=True)


class Memo(Note):
    """A note with a table of its own."""

    urgent = models.BooleanField(default=True)


class Stamp(Named):
    """Falls back to the first book."""

    book = models.ForeignKey(Book, DB_SET_DEFAULT, db_default=Value(1))


class Mark(Named):
    """Falls back to what the database works out."""

    book = models.ForeignKey(Book, DB_SET_DEFAULT, db_default=Abs(Value(-1)))


class Reply(Named):
    """Goes with what it replies to, and that with what it replies to."""

    to = models.ForeignKey("self", DB_CASCADE, null=True)
    tag = models.ForeignKey(Tag, DB_CASCADE, null=True)


class Wish(Named):
    """Stays when its owner goes, which Python sees to."""

    owner = models.ForeignKey(Owner, models.SET_NULL, null=True)
    heir = models.ForeignKey(Owner, models.SET_DEFAULT, default=1, related_name="+")
