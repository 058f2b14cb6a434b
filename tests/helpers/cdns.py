"""The CDNs themselves: their interfaces as documented, each with its limits, alphabets and spellings."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit
from xml.etree import ElementTree

from tests.helpers.edges import Call, Cdn, Refusal, Reply, only_keys, wanted


class Fastly(Cdn):
    """Surrogate keys, separated by blanks, 1 KB a key, 16 KB in all, 256 a call, as they are written."""

    header = "Surrogate-Key"
    options: ClassVar[Mapping[str, Any]] = {"service": "SU1Z0isxPaozGVKXdv0eY", "token": "fastly-token-1"}
    secrets = ("fastly-token-1",)

    def tags_in(self, value: str) -> frozenset[str]:
        whole = [match[0] for match in re.finditer(r"[!-~]+", value) if match.end() <= 16384]
        return frozenset(each for each in whole if len(each) <= 1024)

    def take(self, call: Call) -> Reply:
        if call.headers.get("fastly-key") != "fastly-token-1":
            raise Refusal(401, {"msg": "Provided credentials are missing or invalid"})
        wanted(call, "POST", "/service/SU1Z0isxPaozGVKXdv0eY/purge")
        keys = only_keys(call, "surrogate_keys")["surrogate_keys"]
        if not keys or len(keys) > 256 or not all(re.fullmatch(r"[!-~]{1,1024}", each) for each in keys):
            raise Refusal(400, {"msg": "Bad request"})
        for key in keys:
            self.purge(key)
        return Reply(200, b'{"status": "ok"}')


class Cloudflare(Cdn):
    """Cache tags, separated by commas, 16 KB in all, 100 a call, of 1,024 characters, whatever the case."""

    header = "Cache-Tag"
    options: ClassVar[Mapping[str, Any]] = {
        "zone": "023e105f4ecef8ad9ca31a8372d0c353",
        "token": "cloudflare-token-1",
        "plan": "enterprise",
    }
    secrets = ("cloudflare-token-1",)

    def tags_in(self, value: str) -> frozenset[str]:
        return (
            frozenset(each.strip().lower() for each in value.split(","))
            if len(value) <= 16384
            else frozenset()
        )

    def take(self, call: Call) -> Reply:
        if call.headers.get("authorization") != "Bearer cloudflare-token-1":
            raise Refusal(
                403, {"success": False, "errors": [{"code": 10000, "message": "Authentication error"}]}
            )
        wanted(call, "POST", "/zones/023e105f4ecef8ad9ca31a8372d0c353/purge_cache")
        tags = only_keys(call, "tags")["tags"]
        if not tags or len(tags) > 100 or not all(re.fullmatch(r"[!-+\--~]{1,1024}", each) for each in tags):
            raise Refusal(400, {"success": False, "errors": [{"code": 1092, "message": "invalid tags"}]})
        for tag in tags:
            self.purge(tag.lower())
        return Reply(200, b'{"success": true, "errors": [], "messages": [], "result": {"id": "1"}}')


class Bunny(Cdn):
    """Tags, separated by commas, in a header of 1,024 bytes; one a call."""

    header = "CDN-Tag"
    options: ClassVar[Mapping[str, Any]] = {"zone": "4711", "token": "bunny-token-1"}
    secrets = ("bunny-token-1",)

    def tags_in(self, value: str) -> frozenset[str]:
        return frozenset(value.split(",")) if len(value) <= 1024 else frozenset()

    def take(self, call: Call) -> Reply:
        if call.headers.get("accesskey") != "bunny-token-1":
            raise Refusal(401, {"Message": "Authorization has been denied for this request."})
        wanted(call, "POST", "/pullzone/4711/purgeCache")
        tag = only_keys(call, "CacheTag")["CacheTag"]
        if not isinstance(tag, str) or not tag:
            raise Refusal(400, "one tag")
        self.purge(tag)
        return Reply(204)


class Akamai(Cdn):
    """Cache tags, separated by commas: 128 an object, of 128 characters, in an alphabet of its own."""

    header = "Edge-Cache-Tag"
    options: ClassVar[Mapping[str, Any]] = {
        "host": "akab-x.purge.akamaiapis.net",
        "client_token": "akab-client-1",
        "client_secret": "akamai-secret-1=",
        "access_token": "akab-access-1",
    }
    secrets = ("akab-client-1", "akamai-secret-1=", "akab-access-1")
    tag = re.compile(r"[A-Za-z0-9!#$%&'+.^_`|~/-]{1,128}")

    def tags_in(self, value: str) -> frozenset[str]:
        tags = value.split(",")
        return frozenset(each for each in tags[:128] if self.tag.fullmatch(each))

    def take(self, call: Call) -> Reply:
        if call.headers.get("authorization") != self._signed(call):
            raise Refusal(
                401, {"title": "Not authorized", "status": 401, "detail": "Signature does not match"}
            )
        wanted(call, "POST", "/ccu/v3/delete/tag/production")
        tags = only_keys(call, "objects")["objects"]
        if len(call.body) > 50_000:
            raise Refusal(413, {"httpStatus": 413, "title": "Request entity too large"})
        if not tags or not all(self.tag.fullmatch(each) for each in tags):
            raise Refusal(400, {"httpStatus": 400, "detail": "Bad request"})
        for tag in tags:
            self.purge(tag)
        return Reply(201, b'{"httpStatus": 201, "detail": "Request accepted.", "estimatedSeconds": 5}')

    def _signed(self, call: Call) -> str:
        """Sign as techdocs.akamai.com/developer/docs/edgegrid says, with what the request itself names."""
        given = call.headers.get("authorization", "").removeprefix("EG1-HMAC-SHA256 ")
        fields = dict(each.split("=", 1) for each in given.split(";") if "=" in each)
        names = {"client_token": "akab-client-1", "access_token": "akab-access-1"}
        names |= {name: fields.get(name, "") for name in ("timestamp", "nonce")}
        unsigned = "EG1-HMAC-SHA256 " + "".join(f"{name}={text};" for name, text in names.items())
        host = urlsplit(self.url).netloc
        digest = base64.b64encode(hashlib.sha256(call.body).digest()).decode()
        signed = "\t".join((call.method, "http", host, call.path, "", digest, unsigned))
        key = _hmac(b"akamai-secret-1=", names["timestamp"])
        return f"{unsigned}signature={_hmac(key.encode(), signed)}"


def _hmac(key: bytes, text: str) -> str:
    return base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()


NAMESPACE = "{http://cloudfront.amazonaws.com/doc/2020-05-31/}"


class CloudFront(Cdn):
    """Tags, separated by commas: 50 an object, of 256 characters, whatever the case; or paths."""

    header = "Cache-Tag"
    options: ClassVar[Mapping[str, Any]] = {
        "distribution": "EDFDVBD632BHDS5",
        "access_key": "AKIDEXAMPLE1",
        "secret_key": "aws-secret-1",
    }
    secrets = ("AKIDEXAMPLE1", "aws-secret-1")

    def __init__(self) -> None:
        super().__init__()
        self.references: set[str] = set()
        self.items: list[list[str]] = []
        self.in_progress = 0

    def tags_in(self, value: str) -> frozenset[str]:
        tags = [each.strip() for each in value.split(",")][:50]
        return frozenset(each.lower() for each in tags if len(each) <= 256)

    def take(self, call: Call) -> Reply:
        if "Credential=AKIDEXAMPLE1/" not in call.headers.get("authorization", ""):
            raise _aws(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
        wanted(call, "POST", "/2020-05-31/distribution/EDFDVBD632BHDS5/invalidation")
        batch = ElementTree.fromstring(call.body)
        paths = [each.text or "" for each in batch.iter(f"{NAMESPACE}Path")]
        reference = batch.findtext(f"{NAMESPACE}CallerReference", "")
        if batch.findtext(f".//{NAMESPACE}Quantity") != str(len(paths)) or reference in self.references:
            raise _aws(400, "InvalidArgument", "Quantity or CallerReference")
        if not paths or len(paths) > 3000 or not all(map(self._may_be_purged, paths)):
            raise _aws(
                400, "InvalidArgument", "Your request contains one or more invalid invalidation paths."
            )
        if self.in_progress + sum(each.endswith("*") for each in paths) > 15:
            raise _aws(400, "TooManyInvalidationsInProgress", "You have exceeded the limit.")
        self.references.add(reference)
        self.items.append(paths)
        for path in paths:
            self.purge(path.removeprefix("#").lower())
        return Reply(201, _INVALIDATION, {"Content-Type": "text/xml"})

    def _may_be_purged(self, item: str) -> bool:
        if item.startswith("#"):
            return re.fullmatch(r"#[!-+\--~]{1,256}", item) is not None and "*" not in item
        return item.startswith("/") and len(item) <= 4000 and "*" not in item[:-1] and item.isascii()


def _aws(status: int, code: str, message: str) -> Refusal:
    text = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    return Refusal(status, f'<ErrorResponse xmlns="{NAMESPACE[1:-1]}">{text}</ErrorResponse>')


_INVALIDATION = (
    f'<Invalidation xmlns="{NAMESPACE[1:-1]}"><Id>I1</Id><Status>InProgress</Status>'
    "<CreateTime>2026-01-01T00:00:00Z</CreateTime><InvalidationBatch><Paths><Quantity>0</Quantity></Paths>"
    "<CallerReference>1</CallerReference></InvalidationBatch></Invalidation>"
).encode()


class Door(Cdn):
    """The listener for purges of the exported VCL: a list of quoted tags, in 8,192 bytes a line."""

    header = "Cache-Groups"

    def tags_in(self, value: str) -> frozenset[str]:
        return frozenset(each.strip('"') for each in value.split(", "))

    def backend_options(self) -> dict[str, Any]:
        return {"doors": [self.url], "timeout": 2.0}

    def take(self, call: Call) -> Reply:
        wanted(call, "PURGEKEYS", "/")
        groups = call.headers.get("cache-group-invalidation", "")
        if not re.fullmatch(r'"[!#-~]+"(, "[!#-~]+")*', groups) or len(groups) > 8192 - 30:
            raise Refusal(400, "No Cache-Group-Invalidation")
        for tag in self.tags_in(groups):
            self.purge(tag)
        return Reply(200, b"Purged\n")


class UrlCache(Cdn):
    """A cache that purges by URL, with a final ``*`` by prefix; 404 for a URL that it does not have."""

    def backend_options(self) -> dict[str, Any]:
        return {"caches": [self.url], "host": "example.com", "timeout": 2.0}

    def take(self, call: Call) -> Reply:
        if call.method != "PURGE":
            raise Refusal(405, "another method")
        if call.headers["host"] != "example.com":
            raise Refusal(404, "no such site")
        known = [address for address in self.copies if address == call.path]
        if call.path.endswith("*"):
            known = [address for address in self.copies if address.startswith(call.path[:-1])]
        for address in known:
            del self.copies[address]
        return Reply(200 if known else 404)
