"""Which version store fits the configured channel layer."""

from threading import Lock
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer

from mizan_htmx.channels.internals import layer_config
from mizan_htmx.channels.layer.memory_versions import MemoryVersions
from mizan_htmx.channels.layer.redis_versions import RedisVersions
from mizan_htmx.channels.layer.versions import VersionStore

_without_layer = MemoryVersions()
_stores: WeakKeyDictionary[object, VersionStore] = WeakKeyDictionary()
_lock = Lock()


def versions() -> VersionStore:
    """Return the store for the configured channel layer: in its Redis, or else of this process."""
    layer = get_channel_layer()
    if layer is None:
        return _without_layer
    store = _stores.get(layer)
    if store is None:
        with _lock:
            store = _stores.get(layer)
            if store is None:
                store = _stores[layer] = _store_for(layer)
    return store


def _store_for(layer: object) -> VersionStore:
    if not any(cls.__module__.startswith("channels_redis.") for cls in type(layer).__mro__):
        return MemoryVersions()
    return RedisVersions(layer_config())
