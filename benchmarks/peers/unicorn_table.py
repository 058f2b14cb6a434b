"""The table as a component of django-unicorn."""

from typing import Any

from django_unicorn.components import UnicornView

from benchmarks import work


class TaskTableView(UnicornView):
    """Twenty rows, which the page does not send back."""

    template_name = "bench/table.html"
    rows: Any = ()

    class Meta:
        javascript_exclude = ("rows",)

    def mount(self) -> None:
        """Read at first."""
        self.rows = work.TABLE

    def reload(self) -> None:
        """Read again."""
        self.rows = work.TABLE
