"""Rooms, what stands in them, and guests; keys, subclasses and relations of every kind."""

from typing import ClassVar
from uuid import uuid4

from django.db import models

from mizan_htmx import WatchedQuerySet


class Guest(models.Model):
    """Somebody who has friends and is in rooms."""

    name = models.CharField(max_length=20, unique=True)
    friends = models.ManyToManyField("self")

    def __str__(self) -> str:
        return self.name


class Room(models.Model):
    """A room with guests, and guests who work there."""

    name = models.CharField(max_length=20)
    guests = models.ManyToManyField(Guest, related_name="rooms")
    staff = models.ManyToManyField(Guest, related_name="workplaces", through="Shift")

    def __str__(self) -> str:
        return self.name


class Shift(models.Model):
    """A relation with something to it."""

    room = models.ForeignKey(Room, models.CASCADE)
    guest = models.ForeignKey(Guest, models.CASCADE)
    hours = models.IntegerField(default=8)

    def __str__(self) -> str:
        return f"{self.guest_id} in {self.room_id}"


class Item(models.Model):
    """Something that stands in a room; its queryset invalidates what is changed in bulk."""

    room = models.ForeignKey(Room, models.CASCADE, null=True, related_name="items")
    label = models.CharField(max_length=20)

    objects: ClassVar = WatchedQuerySet.as_manager()

    def __str__(self) -> str:
        return self.label


class Lamp(Item):
    """An item with a table of its own."""

    watts = models.IntegerField(default=40)


class Antique(Item):
    """An item by another class; the same table."""

    class Meta:
        proxy = True


class Labelled(models.Model):
    """What several tables have in common."""

    label = models.CharField(max_length=20)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label


class Ticket(Labelled):
    """Something whose key is known before it is saved."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    room = models.ForeignKey(Room, models.CASCADE)
