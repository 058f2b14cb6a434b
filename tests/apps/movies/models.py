"""Movies."""

from django.db import models


class Movie(models.Model):
    """Something to watch."""

    title = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.title
