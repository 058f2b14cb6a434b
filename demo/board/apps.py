"""The app of the board."""

from django.apps import AppConfig


class BoardConfig(AppConfig):
    """Boards with columns and cards."""

    name = "demo.board"
    label = "board"
