"""What the pages show: people and their names, boards and their cards, albums."""

from django.db import models


class Person(models.Model):
    """Somebody with a name."""

    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class Board(models.Model):
    """A board of cards."""

    title = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.title


class Card(models.Model):
    """A card on a board."""

    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="cards")
    title = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.title


class Album(models.Model):
    """A record in the shop."""

    class Genre(models.TextChoices):
        """What it sounds like."""

        JAZZ = "jazz"
        ROCK = "rock"

    title = models.CharField(max_length=100)
    genre = models.CharField(max_length=10, choices=Genre)
    year = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.title
