"""Who is behind a socket: the user of a session, or the one that some middleware has put into the scope."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user_model,
    load_backend,
)
from django.utils.crypto import constant_time_compare


@dataclass(slots=True, eq=False)
class Visitor:
    """Who is behind one socket. Make it with ``await visitor_of(scope)``.

    ``session_key`` is set if the user comes from that session. ``given`` is the user of the scope.
    """

    given: Any
    user_pk: str
    session: Any = None
    session_key: str = ""
    ended: bool = False

    async def user(self) -> Any:
        """Load the user as he is now; AnonymousUser once his session has ended or his password changed."""
        if self.ended:
            return _nobody()
        if not self.session_key:
            return self.given
        return await database_sync_to_async(_user_of)(type(self.session)(self.session_key))

    async def is_current(self) -> bool:
        """Tell whether he is still who he was when the socket opened."""
        return not self.ended and _pk(await self.user()) == self.user_pk

    def end(self) -> None:
        """Take note that he has logged out."""
        self.ended = True


async def visitor_of(scope: Mapping[str, Any]) -> Visitor:
    """Find out who is behind the socket with this scope."""
    return await database_sync_to_async(_visitor_of)(scope)


def _visitor_of(scope: Mapping[str, Any]) -> Visitor:
    session, user = scope.get("session"), scope.get("user")
    key = getattr(session, "session_key", None) or ""
    if key:
        if user is None:
            user = _user_of(session)
        if _pk(user) == str(session.get(SESSION_KEY, "")):
            # The session of a scope may be lazy, and then its type is not the store's.
            return Visitor(
                user, _pk(user), session._wrapped if hasattr(session, "_wrapped") else session, key
            )
    user = _nobody() if user is None else user
    return Visitor(user, _pk(user))


def _pk(user: Any) -> str:
    return "" if getattr(user, "pk", None) is None else str(user.pk)


def _user_of(session: Any) -> Any:
    """Do as ``django.contrib.auth.get_user``, which would change the session: no cookie could be sent."""
    try:
        pk = get_user_model()._meta.pk.to_python(session[SESSION_KEY])
        path = session[BACKEND_SESSION_KEY]
    except KeyError:
        return _nobody()
    if path not in settings.AUTHENTICATION_BACKENDS:
        return _nobody()
    user = load_backend(path).get_user(pk)
    if user is None or not _fits(user, session.get(HASH_SESSION_KEY, "")):
        return _nobody()
    return user


def _fits(user: Any, stored: str) -> bool:
    if not hasattr(user, "get_session_auth_hash"):
        return True
    hashes = [user.get_session_auth_hash()]
    if hasattr(user, "get_session_auth_fallback_hash"):
        hashes += user.get_session_auth_fallback_hash()
    return any(constant_time_compare(stored, each) for each in hashes)


def _nobody() -> Any:
    # Models can't be imported before Django is set up, and an asgi.py imports wrap_asgi before it is.
    from django.contrib.auth.models import AnonymousUser

    return AnonymousUser()


def connect() -> None:
    """Listen to what may end a visitor's rights."""
