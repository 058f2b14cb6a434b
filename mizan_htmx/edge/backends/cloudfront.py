"""Amazon CloudFront, by cache tags or by URLs, with boto3: ``pip install "mizan_htmx[edge]"``.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-by-tags.html
"""

import os
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from mizan_htmx.edge.backends.base import PurgeFailed, PurgeRefused, TagEdge, batches, is_temporary
from mizan_htmx.edge.backends.options import Options
from mizan_htmx.edge.stale_urls import stale_urls
from mizan_htmx.protocol.keys import Invalidation

__all__ = ["CloudFrontEdge"]

MAX_PATH = 4000
# CloudFront's limit of wildcards in progress; above it, one wildcard for everything is correct and cheaper.
MAX_WILDCARDS = 15
TRANSIENT = frozenset(
    {"TooManyInvalidationsInProgress", "Throttling", "ThrottlingException", "RequestLimitExceeded"}
)


class CloudFrontEdge(TagEdge):
    """A CloudFront distribution; options ``distribution`` and ``by``: ``tags``, or ``addresses`` for URLs.

    boto3 finds the credentials, unless ``access_key`` and ``secret_key`` are set. ``header`` is the
    HeaderName of the distribution's CacheTagConfig. Each tag or URL of a purge costs money above 1,000 a
    month, so a purge is not repeated unless ``repeat_after`` is set. ``vary`` lists the request headers in
    the cache policy.
    """

    lifetime = "Cache-Control"
    max_tags = 50
    max_batch = 1000
    default_repeat = None

    def configure(self, options: Options) -> None:
        """Read the distribution and how to reach it."""
        self._distribution = options.text("distribution")
        self.by = options.choice("by", ("tags", "addresses"), default="tags")
        header = options.text("header", default="Cache-Tag")
        self.header = header if self.by == "tags" else None
        self._api = options.url("api", default="https://cloudfront.amazonaws.com")
        self.vary = options.names("vary")
        self._region = options.text("region", default="us-east-1")
        self._access_key = options.secret_or_none("access_key")
        self._secret_key = options.secret_or_none("secret_key")
        self._clients: dict[int, Any] = {}

    def purge(self, tags: Sequence[str], invalidations: Sequence[Invalidation]) -> None:
        """Purge the tags, or the URLs of the edge manifest."""
        if self.by == "tags":
            super().purge(tags, invalidations)
            return
        found = stale_urls(invalidations)
        paths = wildcards(path for listed in found.values() for path in listed)
        for batch in batches(paths, self.max_batch):
            self._invalidate(batch)

    def purge_batch(self, tags: Sequence[str]) -> None:
        """Purge tags, which a ``#`` distinguishes from paths."""
        self._invalidate([f"#{tag}" for tag in tags])

    def _invalidate(self, items: Sequence[str]) -> None:
        batch = {
            "CallerReference": uuid.uuid4().hex,
            "Paths": {"Quantity": len(items), "Items": [*items]},
        }
        try:
            self._client().create_invalidation(DistributionId=self._distribution, InvalidationBatch=batch)
        except ClientError as error:
            raise self._failure(error) from None
        except (BotoCoreError, ResponseParserError) as error:
            text = self.redact(f"CloudFront: {type(error).__name__}: {error}")
            raise PurgeFailed(text[:500]) from None

    def _failure(self, error: ClientError) -> PurgeFailed:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        code = error.response.get("Error", {}).get("Code", "")
        text = self.redact(f"CloudFront answered {status}: {error}")
        if code in TRANSIENT or is_temporary(status):
            return PurgeFailed(text)
        return PurgeRefused(text)

    def _client(self) -> Any:
        """Return the client of this process: after a fork, it must not share sockets with its parent."""
        client = self._clients.get(os.getpid())
        if client is None:
            limits = Config(
                connect_timeout=self.timeout, read_timeout=self.timeout, retries={"total_max_attempts": 1}
            )
            client = self._clients[os.getpid()] = Session().client(
                "cloudfront",
                region_name=self._region,
                endpoint_url=self._api,
                aws_access_key_id=self._access_key and self._access_key.reveal(),
                aws_secret_access_key=self._secret_key and self._secret_key.reveal(),
                config=limits,
            )
        return client


def wildcards(paths: Iterable[str]) -> list[str]:
    """Return paths as CloudFront takes them, each with a ``*`` for its queries; ``/*`` for too many."""
    found = dict.fromkeys(f"{path.rstrip('*')[: MAX_PATH - 1]}*" for path in paths)
    return [*found] if len(found) <= MAX_WILDCARDS else ["/*"]
