"""Models that invalidate contexts when they are saved, deleted, related or updated in bulk."""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any, TypeAlias, TypeVar, overload

from django.db import DatabaseError, connections
from django.db.models import Model, Q, QuerySet, signals

from mizan_htmx.declarations.functions import Context
from mizan_htmx.declarations.signature import where
from mizan_htmx.errors import DeclarationError
from mizan_htmx.internals import use_for_write
from mizan_htmx.invalidation import cascades
from mizan_htmx.invalidation.invalidate import invalidate_keys, invalidation_of
from mizan_htmx.protocol.keys import Invalidation
from mizan_htmx.setup.registry import registry

logger = logging.getLogger("mizan_htmx")

# Computing the keys of more rows costs more than a refresh of all blocks of the context.
MAX_ROWS = 1000

M = TypeVar("M", bound=Model)
Named: TypeAlias = Mapping[str, object] | Iterable[Mapping[str, object]] | None
Naming = TypeVar("Naming", bound=Callable[[Any], Named])


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """A rule: a row of ``model`` invalidates ``context`` with the parameters that ``naming`` returns."""

    model: type[Model]
    context: str
    naming: Callable[[Any], Named]

    @property
    def place(self) -> str:
        """Where the callable is defined, for messages."""
        return where(self.naming)

    def keys(self, row: Model) -> list[Invalidation]:
        """Return what a change of this row invalidates; the whole context if the callable fails."""
        try:
            answer = self.naming(row)
            each = [answer] if isinstance(answer, Mapping) else answer or ()
            return [invalidation_of(self.context, params, by="watch_model") for params in each]
        except DatabaseError:
            raise  # the transaction is broken; continuing in it would lose writes
        except Exception:  # the border to a site's code: its failure must not keep the row from being saved
            logger.exception(
                "%s failed for %s %s, so all of %r is invalidated.",
                *(self.place, row._meta.label, row.pk, self.context),
            )
            return [Invalidation(self.context)]


@overload
def watch_model(model: type[Model], context: str | Context, /) -> Callable[[Naming], Naming]: ...


@overload
def watch_model(model: type[M], context: str | Context, naming: Callable[[M], Named], /) -> None: ...


def watch_model(
    model: type[Model], context: str | Context, naming: Callable[[Any], Named] | None = None, /
) -> Callable[[Naming], Naming] | None:
    """Invalidate a context whenever a row of ``model`` is saved or deleted.

    ``naming(row)`` returns the context's parameters, several such mappings, or ``None`` for nothing. It is
    called with the row before and after the change, so a row that moves invalidates both. Covers the model's
    subclasses. For the table behind a ``ManyToManyField`` it is called for each relation that is added or
    removed. Without ``naming`` this is a decorator for it.

    Raises DeclarationError for a proxy model, which gets no signals for rows that other classes save, and for
    an async ``naming``.
    """
    name = context.name if isinstance(context, Context) else Context(context).name
    if model._meta.proxy:
        concrete: Any = model._meta.concrete_model
        raise DeclarationError(
            f"watch_model({model.__name__}, {name!r}): {model.__name__} is a proxy, which gets no signals of"
            f" rows that are saved as {concrete.__name__}. Watch {concrete.__name__}."
        )

    def watch(naming: Naming) -> Naming:
        if not callable(naming) or iscoroutinefunction(naming):
            raise DeclarationError(
                f"watch_model({model.__name__}, {name!r}): {naming!r} must be a sync function of one row:"
                " Django calls it while it saves."
            )
        registry.watches.append(Watch(model, name, naming))
        _listen(model)
        return naming

    if naming is None:
        return watch
    watch(naming)
    return None


def watches_of(model: type[Model]) -> list[Watch]:
    """Return the watches of this class and of its bases."""
    return [watch for watch in registry.watches if issubclass(model, watch.model)]


def keys_of(watches: Iterable[Watch], rows: Collection[Model]) -> Iterator[Invalidation]:
    """Yield what changes of these rows invalidate; whole contexts if there are too many rows."""
    for watch in watches:
        if len(rows) > MAX_ROWS:
            yield Invalidation(watch.context)
        else:
            for row in rows:
                yield from watch.keys(row)


def as_stored(rows: QuerySet[M]) -> list[M]:
    """Read rows of a base manager as they are now, one more than ``MAX_ROWS`` at most.

    In a transaction they are locked, as the write that follows would do: another transaction may be about to
    move the same row, and its result is known only after its commit.
    """
    connection = connections[rows.db]
    if connection.in_atomic_block and connection.features.supports_select_for_update_with_limit:
        rows = rows.select_for_update(no_key=connection.features.has_select_for_no_key_update)
    return list(rows[: MAX_ROWS + 1])


def _listen(model: type[Model]) -> None:
    # For the table that Django makes for a ManyToManyField no other signal is sent, and a receiver of
    # deletions would only make Django load each row before it deletes it.
    if not model._meta.auto_created:
        signals.pre_save.connect(_before_save, sender=model)
        signals.post_save.connect(_after_save, sender=model)
        signals.pre_delete.connect(_before_delete, sender=model)
    signals.m2m_changed.connect(_relations_change, sender=model)
    cascades.listen_above(model, _before_others_go)
    for subclass in model.__subclasses__():
        _listen(subclass)


def _listen_if_watched(sender: type[Model], **kwargs: Any) -> None:
    if watches_of(sender):
        _listen(sender)


signals.class_prepared.connect(_listen_if_watched)


def _before_save(sender: type[Model], instance: Model, raw: bool, using: str, **kwargs: Any) -> None:
    watches = watches_of(sender)
    former = () if raw or not watches or _is_surely_new(instance) else _stored(instance, using)
    _formers(instance).append([*keys_of(watches, former)])


def _after_save(sender: type[Model], instance: Model, using: str, **kwargs: Any) -> None:
    formers = _formers(instance)
    former = formers.pop() if formers else []
    invalidate_keys([*former, *keys_of(watches_of(sender), [instance])], using)


def _formers(instance: Model) -> list[list[Invalidation]]:
    """Return the keys of former rows: a stack, since a receiver of post_save may save the instance again."""
    formers: list[list[Invalidation]] = vars(instance._state).setdefault("mizan_formers", [])
    return formers


def _before_delete(
    sender: type[Model], instance: Model, using: str, origin: object = None, **kwargs: Any
) -> None:
    """Invalidate before the deletion, while related rows exist. Django deletes in a transaction."""
    watches = watches_of(sender)
    # Rows that are deleted with others have just been read; this instance may be outdated.
    stored = _stored(instance, using) if watches and origin is instance else []
    invalidate_keys(keys_of(watches, [*stored, instance]), using)


def _before_others_go(
    sender: type[Model], instance: Model, using: str, origin: object = None, **kwargs: Any
) -> None:
    """Invalidate for rows that are deleted or changed with this one without a signal."""
    watched = frozenset(watch.model for watch in registry.watches)
    keys: list[Invalidation] = []
    try:
        rows = cascades.find(instance, using, origin, watched=watched, read=as_stored, limit=MAX_ROWS)
        for found in rows:
            watches = watches_of(found.model)
            keys += keys_of(watches, found.before)
            keys += _all_of(watches) if found.after is None else keys_of(watches, found.after)
    except cascades.TooMany:
        keys = [each for model in cascades.reached(sender, watched) for each in _all_of(watches_of(model))]
    invalidate_keys(keys, using)


def _all_of(watches: Iterable[Watch]) -> list[Invalidation]:
    return [Invalidation(watch.context) for watch in watches]


def listen_to_all() -> None:
    """Connect the signals that the watches need; all models must be loaded."""
    for watch in registry.watches:
        _listen(watch.model)


def _is_surely_new(instance: Model) -> bool:
    """Return whether Django will insert it without a query: its key is missing, or new from a default."""
    keys = instance._meta.pk_fields
    if any(getattr(instance, key.attname) is None for key in keys):
        return True
    return instance._state.adding and all(key.has_default() or key.has_db_default() for key in keys)


def _stored(instance: Model, using: str) -> list[Model]:
    return as_stored(type(instance)._base_manager.using(using).filter(pk=instance.pk))


def _relations_change(
    sender: type[Model],
    *,
    instance: Model,
    action: str,
    reverse: bool,
    model: type[Model],
    pk_set: set[Any] | None,
    using: str,
    **kwargs: Any,
) -> None:
    """Invalidate for relations: after they are added, before they are removed; in one transaction."""
    watches = watches_of(sender)
    if watches and action in ("post_add", "pre_remove", "pre_clear") and (pk_set is None or pk_set):
        owner = model if reverse else type(instance)
        field: Any = next(each for each in owner._meta.many_to_many if each.remote_field.through is sender)
        ends = [field.m2m_field_name(), field.m2m_reverse_field_name()]
        here, there = reversed(ends) if reverse else ends
        wanted = _between(here, instance, there, pk_set)
        if field.remote_field.symmetrical:
            wanted |= _between(there, instance, here, pk_set)
        rows = as_stored(sender._base_manager.using(using).filter(wanted))
        if field.remote_field.symmetrical and action == "post_add":
            rows += [_mirrored(row, here, there) for row in rows]  # which are added next, without a signal
        invalidate_keys(keys_of(watches, rows), using)


def _between(here: str, instance: Model, there: str, others: set[Any] | None) -> Q:
    return Q(**{here: instance}) if others is None else Q(**{here: instance, f"{there}__in": others})


def _mirrored(row: M, here: str, there: str) -> M:
    mirrored = copy(row)
    setattr(mirrored, here, getattr(row, there))
    setattr(mirrored, there, getattr(row, here))
    return mirrored


class WatchedQuerySet(QuerySet[M]):
    """A queryset that invalidates on bulk operations: ``objects = WatchedQuerySet.as_manager()``.

    Django sends no signals for ``update()``, ``bulk_create()``, ``bulk_update()`` and their async twins.
    """

    def update(self, **values: Any) -> int:
        """Update, and invalidate the keys of the rows before and after."""
        watches = watches_of(self.model)
        if not watches or self.query.is_sliced or self.query.combinator:  # Django raises for these
            return super().update(**values)
        use_for_write(self)
        stored = self.model._base_manager.using(self.db)
        before = as_stored(stored.filter(pk__in=self.values("pk")))
        keys = [*keys_of(watches, before)]
        count = super().update(**values)
        if 0 < len(before) <= MAX_ROWS:
            keys += keys_of(watches, stored.filter(pk__in=[row.pk for row in before]))
        invalidate_keys(keys, self.db)
        return count

    def bulk_create(
        self,
        objs: Iterable[M],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Collection[str] | None = None,
        unique_fields: Collection[str] | None = None,
    ) -> list[M]:
        """Create, and invalidate the keys of the new rows; with ``update_conflicts`` whole contexts."""
        created = super().bulk_create(
            objs, batch_size, ignore_conflicts, update_conflicts, update_fields, unique_fields
        )
        watches = watches_of(self.model)
        if update_conflicts and created:  # only the database knows the former rows
            invalidate_keys(_all_of(watches), self.db)
        else:
            invalidate_keys(keys_of(watches, created), self.db)
        return created
