"""Sessions that count how often somebody looks whether there is anything in them."""

from typing import ClassVar

from django.contrib.sessions.backends import signed_cookies


class SessionStore(signed_cookies.SessionStore):
    """A session in its cookie, as ``settings.SESSION_ENGINE = "tests.helpers.sessions"`` has it."""

    looked: ClassVar[list[str | None]] = []

    def is_empty(self) -> bool:
        """Take note, and look."""
        self.looked.append(self.session_key)
        return super().is_empty()
