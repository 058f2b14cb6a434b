"""The visitor of a socket: the user of its session, or the one that middleware has put into the scope."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from channels.db import database_sync_to_async
from django.apps import apps
from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user_model,
    load_backend,
)
from django.contrib.auth.signals import user_logged_out
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.signals import m2m_changed, post_save, pre_delete
from django.utils.crypto import constant_time_compare

from mizan_htmx.caching.anonymous import anonymous_user
from mizan_htmx.channels.hub.hub import Socket
from mizan_htmx.channels.internals import store_of
from mizan_htmx.channels.layer import bus
from mizan_htmx.channels.layer.events import Event, reauthorization_event
from mizan_htmx.internals import is_in_transaction
from mizan_htmx.invalidation.transactions import Share, share_of

logger = logging.getLogger("mizan_htmx.channels")


@dataclass(slots=True, eq=False)
class Visitor:
    """The visitor of one socket. Create it with ``await visitor_of(scope)``.

    ``session_key`` is set if the user comes from that session. ``given`` is the user of the scope.
    """

    given: Any
    user_pk: str
    session: Any = None
    session_key: str = ""
    ended: bool = False

    async def user(self) -> Any:
        """Load the current user; AnonymousUser after logout or a password change."""
        if self.ended:
            return anonymous_user()
        if not self.session_key:
            return self.given
        return await database_sync_to_async(_user_of)(type(self.session)(self.session_key))

    async def is_current(self) -> bool:
        """Return whether they are still the user who opened the socket."""
        return not self.ended and _pk(await self.user()) == self.user_pk

    def end(self) -> None:
        """Record that they have logged out."""
        self.ended = True


class VisitorSocket(Socket, Protocol):
    """A socket whose visitor has a user."""

    @property
    def visitor(self) -> Visitor:
        """Who has opened it."""
        ...


async def visitor_of(scope: Mapping[str, Any]) -> Visitor:
    """Return the visitor of the socket with this scope."""
    visitor: Visitor = await database_sync_to_async(_visitor_of)(scope)
    return visitor


def _visitor_of(scope: Mapping[str, Any]) -> Visitor:
    session, user = scope.get("session"), scope.get("user")
    if session is not None and session.session_key:
        session = store_of(session)
        user = _user_of(session) if user is None else user
        if _pk(user) == str(session.get(SESSION_KEY, "")):
            return Visitor(user, _pk(user), session, session.session_key)
    user = anonymous_user() if user is None else user
    return Visitor(user, _pk(user))


def _pk(user: Any) -> str:
    return "" if getattr(user, "pk", None) is None else str(user.pk)


def _user_of(session: Any) -> Any:
    """Return the user of a session.

    ``django.contrib.auth.get_user`` would change the session, and a socket can send no cookie for that.
    """
    try:
        pk = get_user_model()._meta.pk.to_python(session[SESSION_KEY])
        path = session[BACKEND_SESSION_KEY]
    except KeyError:
        return anonymous_user()
    if path not in settings.AUTHENTICATION_BACKENDS:
        return anonymous_user()
    user = load_backend(path).get_user(pk)
    if user is None or not _fits(user, session.get(HASH_SESSION_KEY, "")):
        return anonymous_user()
    return user


def _fits(user: Any, stored: str) -> bool:
    if not hasattr(user, "get_session_auth_hash"):
        return True
    hashes = [user.get_session_auth_hash()]
    if hasattr(user, "get_session_auth_fallback_hash"):
        hashes += user.get_session_auth_fallback_hash()
    return any(constant_time_compare(stored, each) for each in hashes)


def connect() -> None:
    """Connect to the signals after which a visitor may have lost permissions. Idempotent."""
    if not apps.is_installed("django.contrib.auth"):
        return
    user = get_user_model()
    user_logged_out.connect(_logged_out, dispatch_uid=f"{__name__}.logged_out")
    post_save.connect(_saved, sender=user, dispatch_uid=f"{__name__}.saved")
    pre_delete.connect(_deleted, sender=user, dispatch_uid=f"{__name__}.deleted")
    for name in ("groups", "user_permissions"):
        if hasattr(user, name):  # a user model need not have them
            through = getattr(user, name).through
            m2m_changed.connect(_permissions_changed, sender=through, dispatch_uid=f"{__name__}.{name}")


def _logged_out(request: Any = None, **kwargs: object) -> None:
    key = getattr(getattr(request, "session", None), "session_key", None)
    if key:
        _reauthorize_after_commit(reauthorization_event(session=key), DEFAULT_DB_ALIAS)


def _saved(instance: Any, using: str, created: bool, update_fields: Any = None, **kwargs: object) -> None:
    # A login writes that field; it changes no permissions.
    if not created and set(update_fields or ()) != {"last_login"}:
        _reauthorize_after_commit(reauthorization_event(user=_pk(instance)), using)


def _deleted(instance: Any, using: str, **kwargs: object) -> None:
    _reauthorize_after_commit(reauthorization_event(user=_pk(instance)), using)


def _permissions_changed(
    instance: Any, action: str, reverse: bool, pk_set: Any, using: str, **kwargs: object
) -> None:
    """Reauthorize the users; ``instance`` is the user, or in reverse a group or permission."""
    if not reverse:
        users = [_pk(instance)] if action.startswith("post_") else []
    elif action == "pre_clear":  # afterwards the users are not known any more
        users = [str(pk) for pk in instance.user_set.values_list("pk", flat=True)]
    else:
        users = [str(pk) for pk in pk_set or ()] if action.startswith("post_") else []
    for pk in users:
        _reauthorize_after_commit(reauthorization_event(user=pk), using)


def _reauthorize_after_commit(event: Event, using: str) -> None:
    connection = connections[using]
    keeper = _Reauthorization(event)
    if is_in_transaction(connection):
        # Not on_commit(): a hook of the site that fails before it would leave the sockets authorized.
        share_of(connection, keeper).keeper = keeper
    else:
        keeper.settle(())


class _Reauthorization:
    """Reauthorize the sockets of a visitor once the change of their permissions is committed."""

    def __init__(self, event: Event) -> None:
        self._event = event

    def settle(self, shares: Sequence[Share]) -> None:
        """Send the event to all hubs."""
        for share in shares:
            share.keeper = None
        try:
            bus.send(self._event)
        except Exception:  # the border to the channel layer; the change has been made
            logger.exception("Sockets could not be authorized again at once: %r", self._event)
