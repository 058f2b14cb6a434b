"""The table as a component of django-unicorn."""

from typing import Any

from django_unicorn.components import UnicornView
from django_unicorn.errors import UnicornAuthenticationError

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

    def reload_for_members(self) -> None:
        """Read the rows for a logged-in visitor."""
        if not self.request.user.is_authenticated:
            raise UnicornAuthenticationError()
        self.reload()
