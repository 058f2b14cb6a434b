"""The version store that all processes share, in the Redis of the channel layer."""

from collections.abc import Iterable, Mapping
from threading import Lock
from time import monotonic
from typing import Any, ClassVar

from mizan_htmx.channels.internals import first_host
from mizan_htmx.channels.layer import past_versions
from mizan_htmx.channels.layer.versions import MAX_KEYS, Changes, StoreDown, Version, new_epoch
from mizan_htmx.channels.outage_log import layer_outage
from mizan_htmx.protocol.keys import EVERYTHING, Invalidation, parse

#: The timeout of one attempt, and the pause after one that failed, in seconds.
TIMEOUT = 1.0
#: The seconds without use after which Redis drops the store.
LIFETIME = 30 * 24 * 60 * 60

# A new epoch begins with each run of the server, because after a restart the data may be an old snapshot, and
# a version could be assigned twice; and if a part of the store has been lost. Without permission for INFO the
# server's run_id is not known.
SCRIPT = """
local clock, stale = KEYS[1], KEYS[2]
local action, made, kept, lifetime = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local info = redis.pcall('INFO', 'server')
local run = type(info) == 'string' and string.match(info, 'run_id:(%x+)') or '-'
local state = redis.call('HMGET', clock, 'epoch', 'seq', 'floor', 'run')
local epoch, seq, floor = state[1], tonumber(state[2] or 0), tonumber(state[3] or 0)
if not epoch or state[4] ~= run or (seq > 0 and redis.call('EXISTS', stale) == 0) then
  epoch, seq, floor = made, 0, 0
  redis.call('DEL', stale)
  redis.call('HSET', clock, 'epoch', epoch, 'seq', seq, 'floor', floor, 'run', run)
end
local since = {}
if action == 'advance' then
  seq = redis.call('HINCRBY', clock, 'seq', 1)
  for i = 5, #ARGV do redis.call('ZADD', stale, seq, ARGV[i]) end
  local over = redis.call('ZCARD', stale) - kept
  if over > 0 then
    local gone = redis.call('ZPOPMIN', stale, over)
    floor = tonumber(gone[#gone])
    redis.call('HSET', clock, 'floor', floor)
  end
elseif action == 'since' then
  local from = tonumber(ARGV[5])
  if ARGV[6] ~= epoch or from < floor or from > seq then
    since = {'*', tostring(seq)}
  elseif from < seq then
    since = redis.call('ZRANGEBYSCORE', stale, '(' .. from, '+inf', 'WITHSCORES')
  end
end
redis.call('EXPIRE', clock, lifetime)
redis.call('EXPIRE', stale, lifetime)
return {epoch, seq, floor, table.concat(since, ' ')}
"""


class RedisVersions:
    """Versions in Redis, read and written by one atomic script.

    While Redis does not answer, one caller a second waits for it; for the others ``StoreDown`` is raised at
    once.
    """

    shared: ClassVar[bool] = True

    def __init__(self, config: Mapping[str, Any], *, max_keys: int = MAX_KEYS) -> None:
        from redis import RedisError  # noqa: PLC0415 - redis is optional

        self._errors = (RedisError, OSError)
        self._client = _client(config)
        self._script = self._client.register_script(SCRIPT)
        prefix = (
            f"{config.get('prefix', 'asgi')}:{{mizan}}"  # the braces keep all keys on one node of a cluster
        )
        # During a deployment, processes of two releases share what is stored under these names.
        self._keys = [f"{prefix}:clock", f"{prefix}:stale"]
        self._past_script = self._client.register_script(past_versions.SCRIPT)
        self._past = f"{prefix}:moments"
        self._max_keys = max_keys
        self._lock = Lock()
        self._down = False
        self._quiet_until = 0.0

    def current(self) -> Version:
        """Return the current version."""
        return self._run("current").now

    def before(self, seconds: float) -> Version:
        """Return the version that was current ``seconds`` ago, or an older one."""
        now = self.current()
        ago = int(min(seconds, LIFETIME) * 1000) + 1  # both times are rounded down
        found = self._call(
            self._past_script,
            [self._past],
            [str(now), ago, past_versions.MAX_KEPT, past_versions.INTERVAL_MS, LIFETIME],
        )
        return now.or_before(Version.parse(found))

    def advance(self, keys: Iterable[Invalidation]) -> Version:
        """Add a version that invalidates ``keys``, and return it."""
        return self._run("advance", *map(str, keys)).now

    def since(self, seq: int, epoch: str) -> Changes:
        """Return what was invalidated after a version; ``*`` if that is not known any more."""
        return self._run("since", str(seq), epoch)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _run(self, action: str, *args: str) -> Changes:
        epoch, seq, floor, stale = self._call(
            self._script, self._keys, [action, new_epoch(), self._max_keys, LIFETIME, *args]
        )
        # One string, because the client parses a list of thousands far more slowly.
        texts = stale.split()
        pairs = zip(texts[::2], texts[1::2], strict=True)
        return Changes(
            Version(epoch, seq),
            tuple((key, Version(epoch, int(at))) for text, at in pairs for key in _read(text)),
            floor,
        )

    def _call(self, script: Any, keys: list[str], args: list[Any]) -> Any:
        self._raise_if_down()
        try:
            answer = script(keys=keys, args=args)
        except self._errors as error:
            with self._lock:
                self._down = True
                self._quiet_until = monotonic() + TIMEOUT
            layer_outage.fail(error, "versions")
            raise StoreDown(str(error)) from error
        if self._down:
            with self._lock:
                self._down, self._quiet_until = False, 0.0
        layer_outage.succeed("versions")
        return answer

    def _raise_if_down(self) -> None:
        if not self._down:
            return
        with self._lock:
            now = monotonic()
            if now < self._quiet_until:
                raise StoreDown("Redis did not answer less than a second ago.")
            self._quiet_until = now + 2 * TIMEOUT


def _read(text: str) -> tuple[Invalidation, ...]:
    return parse(text) or (EVERYTHING,)


def _client(config: Mapping[str, Any]) -> Any:
    """Return a client of the layer's first host, with timeouts short enough for a mutation to wait."""
    from redis import Redis  # noqa: PLC0415 - redis is optional
    from redis.backoff import NoBackoff  # noqa: PLC0415
    from redis.retry import Retry  # noqa: PLC0415
    from redis.sentinel import Sentinel  # noqa: PLC0415

    host: dict[str, Any] = first_host(config) | {
        "socket_connect_timeout": TIMEOUT,
        "socket_timeout": TIMEOUT,
        "retry": Retry(NoBackoff(), 0),
        "decode_responses": True,
    }
    if "address" in host:
        return Redis.from_url(host.pop("address"), **host)
    if "master_name" in host:
        name, sentinels = host.pop("master_name"), host.pop("sentinels")
        options = host.pop("sentinel_kwargs", None)
        sentinel: Any = Sentinel(sentinels, sentinel_kwargs=options, **host)  # type: ignore[no-untyped-call]
        return sentinel.master_for(name)
    return Redis(**host)
