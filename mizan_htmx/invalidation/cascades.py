"""Rows that are deleted or changed along with a deleted row, without a signal from Django.

With ``DB_CASCADE``, ``DB_SET_NULL`` and ``DB_SET_DEFAULT`` the database does it; with ``SET_NULL`` and
``SET_DEFAULT`` Django itself does. The rows are found before the deletion, by the relations of the models.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from django.db import models
from django.db.models import Model, QuerySet, Value, signals

Models: TypeAlias = frozenset[type[Model]]
Read: TypeAlias = Callable[[QuerySet[Any]], list[Any]]

DELETED, NULL, DEFAULT, DB_DEFAULT = "deleted", "null", "default", "db_default"

#: What ``on_delete`` does to the referring row. The values for the database are new in Django 6.1.
EFFECTS: dict[object, str] = {models.SET_NULL: NULL, models.SET_DEFAULT: DEFAULT}
for _name, _effect in (("DB_CASCADE", DELETED), ("DB_SET_NULL", NULL), ("DB_SET_DEFAULT", DB_DEFAULT)):
    if hasattr(models, _name):
        EFFECTS[getattr(models, _name)] = _effect


@dataclass(frozen=True, slots=True)
class Way:
    """A relation by which rows of ``model`` are deleted or changed; ``leads_on``: so may rows beyond."""

    field: Any
    effect: str
    model: type[Model]
    is_watched: bool
    leads_on: bool

    def rows(self, keys: Collection[Any], using: str) -> QuerySet[Any]:
        """Return the rows that refer to rows with these primary keys."""
        return self.model._base_manager.using(using).filter(**{f"{self.field.name}__pk__in": keys})


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of one model that are deleted or changed; ``after`` is ``None`` if only the database knows."""

    model: type[Model]
    before: list[Any]
    after: list[Any] | None


class TooMany(Exception):
    """More rows are concerned than are worth reading."""


def sources(model: type[Model]) -> set[type[Model]]:
    """Return the models whose deleted rows delete or change rows of ``model``."""
    found: set[type[Model]] = set()
    _add_sources(model, found, EFFECTS.keys())
    return found


def _add_sources(model: type[Model], found: set[type[Model]], on_deletes: Iterable[object]) -> None:
    for field in model._meta.get_fields():
        to = _refers_to(field, on_deletes)
        if to is not None and to not in found:
            found.add(to)
            # The database may delete that row as well; for rows that Python deletes there is a signal.
            _add_sources(to, found, [each for each in EFFECTS if EFFECTS[each] == DELETED])


def _refers_to(field: Any, on_deletes: Iterable[object]) -> type[Model] | None:
    relation = field.remote_field if field.concrete else None
    # A relation to a model that is not loaded yet has its name.
    if relation is None or isinstance(relation.model, str):
        return None
    return _table(relation.model) if relation.on_delete in on_deletes else None


def find(
    instance: Model, using: str, origin: object, *, watched: Models, read: Read, limit: int
) -> Iterator[Found]:
    """Yield what is deleted or changed with ``instance``, while ``origin`` is being deleted.

    Raises TooMany for more than ``limit`` rows.
    """
    model = type(instance)
    if ways(model, watched):
        keys = _going(instance, using, origin, limit)
        yield from _find(model, keys, using, watched=watched, read=read, limit=limit)


def _going(instance: Model, using: str, origin: object, limit: int) -> Collection[Any]:
    """Return the keys to look at: for the first row all that a queryset deletes, for the others none.

    Each row that is deleted with something else needs a query, which is made for at most ``limit`` rows.
    """
    seen = _seen_with(origin)
    model = _table(type(instance))
    keys = seen.setdefault(model, set())
    if instance.pk in keys:
        keys.discard(instance.pk)
        return []
    if not isinstance(origin, QuerySet) or _table(origin.model) is not model:
        count = seen[Model] = seen.get(Model, 0) + 1
        if count > limit:
            raise TooMany
        return [instance.pk]
    # Also if the same queryset deletes again, such as after a rollback.
    found = {instance.pk, *_keys(origin.using(using).order_by(), limit)}
    if len(found) > limit:
        raise TooMany
    seen[model] = found - {instance.pk}
    return found


def _seen_with(origin: object) -> dict[Any, Any]:
    holder = origin._state if isinstance(origin, Model) else origin
    seen: dict[Any, Any] = getattr(holder, "__dict__", {}).setdefault("_mizan_going", {})
    return seen


def _find(
    model: type[Model], keys: Collection[Any], using: str, *, watched: Models, read: Read, limit: int
) -> Iterator[Found]:
    """Search level by level, as the database deletes: one query for each relation and level."""
    going: dict[type[Model], set[Any]] = {_table(model): set(keys)}
    deleted = {_table(model): set(keys)}
    count = 0
    while any(going.values()):
        further: dict[type[Model], set[Any]] = {}
        for source, source_keys in going.items():
            for way in ways(source, watched) if source_keys else ():
                rows = way.rows(source_keys, using)
                before = read(rows) if way.is_watched else []
                found = {row.pk for row in before} if way.is_watched else {*_keys(rows, limit)}
                count += len(found)
                if count > limit:
                    raise TooMany
                if before:
                    yield Found(way.model, before, _after(way, before))
                if way.leads_on:
                    known = deleted.setdefault(way.model, set())
                    further.setdefault(way.model, set()).update(found - known)
                    known |= found
        going = further


def reached(model: type[Model], watched: Models) -> set[type[Model]]:
    """Return the models whose rows may be deleted or changed with rows of ``model``."""
    found: set[type[Model]] = set()
    waiting = [model]
    while waiting:
        for way in ways(waiting.pop(), watched):
            if way.leads_on and way.model not in found:
                waiting.append(way.model)
            found.add(way.model)
    return found


def listen_above(model: type[Model], receiver: Callable[..., None]) -> None:
    """Connect ``receiver`` to ``pre_delete`` of models whose deletion deletes or changes rows of ``model``.

    A model that ``model`` refers to by name is left out until it is loaded.
    """
    for source in sources(model):
        for each in (source, *_proxies(source)):
            signals.pre_delete.connect(receiver, sender=each)


def _proxies(model: type[Model]) -> Iterator[type[Model]]:
    for subclass in model.__subclasses__():
        if subclass._meta.proxy:
            yield subclass
            yield from _proxies(subclass)


def _table(model: type[Model]) -> type[Model]:
    return model._meta.concrete_model  # type: ignore[return-value]


def _keys(rows: QuerySet[Any], limit: int) -> QuerySet[Any]:
    return rows.values_list("pk", flat=True)[: limit + 1]


def _after(way: Way, rows: list[Any]) -> list[Any] | None:
    if way.effect == DELETED:
        return []
    default = None
    if way.effect == DEFAULT:
        default = way.field.get_default()
    elif way.effect == DB_DEFAULT:
        default = way.field.db_default
        default = default.value if isinstance(default, Value) else default
        if hasattr(default, "resolve_expression"):  # only the database computes it
            return None
    return [_referring(row, way.field, default) for row in rows]


def _referring(row: Any, field: Any, key: object) -> Any:
    changed = copy(row)
    setattr(changed, field.attname, key)
    return changed


@lru_cache(256)
def ways(model: type[Model], watched: Models) -> tuple[Way, ...]:
    """Return the relations by which watched rows are deleted or changed with rows of ``model``."""
    return tuple(way for way in _ways(model, watched) if way.is_watched or way.leads_on)


def _ways(model: type[Model], watched: Models) -> Iterator[Way]:
    for field, effect in _dependents(model):
        leads_on = effect == DELETED and _leads_on(field.model, watched, set())
        yield Way(field, effect, field.model, _is_watched(field.model, watched), leads_on)
        if effect != DELETED:
            # The column is in their parent's table; their link to the parent is a relation of its own.
            for child in _watched_children(field.model, watched):
                yield Way(field, effect, child, is_watched=True, leads_on=False)


def _leads_on(model: type[Model], watched: Models, seen: set[type[Model]]) -> bool:
    seen.add(model)
    return any(
        _is_watched(field.model, watched)
        or (effect != DELETED and any(_watched_children(field.model, watched)))
        or (effect == DELETED and field.model not in seen and _leads_on(field.model, watched, seen))
        for field, effect in _dependents(model)
    )


def _dependents(model: type[Model]) -> Iterator[tuple[Any, str]]:
    """Yield the fields that refer to this very table, and what happens to their rows."""
    table: Any = _table(model)
    for relation in table._meta.get_fields(include_parents=False, include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            effect = EFFECTS.get(relation.on_delete)
            if effect is not None:
                yield relation.field, effect


def _is_watched(model: type[Model], watched: Models) -> bool:
    return not watched.isdisjoint(model.__mro__)


def _watched_children(model: type[Model], watched: Models) -> Iterator[type[Model]]:
    """Yield the child models that have watches of their own."""
    for child in model.__subclasses__():
        if not child._meta.proxy and not child._meta.abstract:
            if not watched.isdisjoint({*child.__mro__}.difference(model.__mro__)):
                yield child
            yield from _watched_children(child, watched)


def _forget(**kwargs: object) -> None:
    ways.cache_clear()


signals.class_prepared.connect(_forget)
