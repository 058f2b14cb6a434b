"""Read a function's arguments from a request: JSON, form fields and files, query and URL values."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.core.exceptions import BadRequest as DjangoBadRequest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.datastructures import MultiValueDict
from pydantic_core import from_json

from mizan_htmx.declarations.functions import FUNCTION_FIELD
from mizan_htmx.declarations.signature import Parameter
from mizan_htmx.errors import BadRequest, TooLarge
from mizan_htmx.protocol.headers import UNTICKED_HEADER, UNTICKED_META

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"

#: The longest header that names a form's checkboxes that are not ticked, in characters.
MAX_UNTICKED = 4096

_FORMS = (URLENCODED, MULTIPART)
_NOTHING: dict[str, Any] = {}
_UTF8 = ("utf-8", "utf8", "us-ascii")

# A number that may be too large for a float, which the parser would turn into infinity.
_HUGE = re.compile(rb"\d[eE]\+?\d\d|(?<!\d)\d{300}")


Layer = Mapping[str, Any] | frozenset[str]


class Arguments:
    """Raw values in layers; later layers override earlier ones.

    A layer is a mapping of values (JSON, URL), a MultiValueDict of form fields, or the names of checkboxes
    that are not ticked. ``is_form``: a required checkbox that is missing means false. ``valid``: the values
    have the declared types, and none is missing.
    """

    __slots__ = ("is_form", "layers", "valid")

    def __init__(self, layers: "tuple[Layer, ...]", *, is_form: bool = False, valid: bool = False) -> None:
        self.layers = layers
        self.is_form = is_form
        self.valid = valid

    def offer(self, parameters: Iterable[Parameter]) -> Mapping[str, Any]:
        """Return a mapping with the values of these parameters, and possibly others."""
        if len(self.layers) == 1 and type(self.layers[0]) is dict:
            return self.layers[0]
        return self.collect(parameters)

    def collect(self, parameters: Iterable[Parameter]) -> dict[str, Any]:
        """Return only the values of these parameters."""
        if not self.is_form and len(self.layers) == 1 and type(self.layers[0]) is dict:
            values = self.layers[0]
            return {each.name: values[each.name] for each in parameters if each.name in values}
        raw: dict[str, Any] = {}
        for parameter in parameters:
            name = parameter.name
            layer = next((each for each in reversed(self.layers) if name in each), None)
            if type(layer) is frozenset and not (parameter.flag or parameter.many):
                # An unticked checkbox: only the query, and then the default, may apply.
                layer = next(
                    (each for each in self.layers if type(each) is not frozenset and name in each), None
                )
            if isinstance(layer, MultiValueDict):
                raw[name] = _field(layer, parameter)
            elif isinstance(layer, frozenset):
                raw[name] = [] if parameter.many else False
            elif layer is not None:
                raw[name] = layer[name]
            elif self.is_form and parameter.flag and parameter.required:
                raw[name] = False
        return raw


def _field(layer: "MultiValueDict[str, Any]", parameter: Parameter) -> Any:
    if parameter.many:
        values = layer.getlist(parameter.name)
        return None if parameter.blank and values == [""] else values
    value = layer[parameter.name]
    return None if parameter.blank and value == "" else value


def read_call(request: HttpRequest) -> tuple[str, Arguments]:
    """Return the name of the function that a ``call/`` calls, and its arguments.

    Raises BadRequest or TooLarge.
    """
    if request.content_type in _FORMS:
        fields, _ = read_body(request)
        return _function_name(fields[0]), Arguments((*read_unticked(request), *fields), is_form=True)
    try:
        content = _read_json(request)
    except UNREADABLE as error:
        raise refusal_of_unreadable(error) from error
    given = read_object(content, "args")
    unticked = read_unticked(request) if UNTICKED_META in request.META else ()
    return _function_name(content), Arguments((*unticked, given))


def read_object(content: Mapping[str, Any], field: str) -> dict[str, Any]:
    """Return the object in a field, empty if it is null or missing; raise BadRequest for anything else."""
    value = content.get(field)
    if value is None:
        return _NOTHING
    if type(value) is not dict:
        raise BadRequest(f"{field!r} must be an object that maps names to values.")
    return value


def _function_name(fields: Mapping[str, Any]) -> str:
    name = fields.get(FUNCTION_FIELD)
    if not isinstance(name, str) or not name:
        raise BadRequest("'fn' must name the function to call.")
    return name


def read_view(request: HttpRequest, url_values: Mapping[str, Any]) -> Arguments:
    """Return a view's arguments: the query, then the body, then the values of the URL's path."""
    query = read_query(request)
    if request.method in ("GET", "HEAD"):
        return Arguments((query, url_values))
    layers, is_form = read_body(request, empty_allowed=True)
    return Arguments((query, *read_unticked(request), *layers, url_values), is_form=is_form)


def read_unticked(request: HttpRequest) -> tuple[frozenset[str], ...]:
    """Return the names of the submitted form's checkboxes that are not ticked, which its body leaves out.

    The shim sends them in a header, as ``a,b``, percent-encoded. Raises BadRequest for one that is too long.
    """
    text = request.META.get(UNTICKED_META, "")
    if not text:
        return ()
    if len(text) > MAX_UNTICKED:
        raise BadRequest(f"{UNTICKED_HEADER} has {len(text)} characters. Send at most {MAX_UNTICKED}.")
    return (frozenset(map(unquote, text.split(","))),)


def read_query(request: HttpRequest) -> QueryDict:
    """Return the query; raise BadRequest for more fields than Django's limit."""
    try:
        return request.GET
    except UNREADABLE as error:
        raise refusal_of_unreadable(error) from error


def read_body(
    request: HttpRequest, *, empty_allowed: bool = False
) -> tuple[tuple[Mapping[str, Any], ...], bool]:
    """Return the layers of a request's body, and whether it is a form; raise BadRequest or TooLarge."""
    is_form = request.content_type in _FORMS
    try:
        if is_form:
            return _read_form(request), True
        return (_read_json(request, empty_allowed=empty_allowed),), False
    except UNREADABLE as error:
        raise refusal_of_unreadable(error) from error


#: The exceptions that Django raises for a body or a query that it can't or won't read.
UNREADABLE = (SuspiciousOperation, MultiPartParserError, UnreadablePostError, DjangoBadRequest)


def refusal_of_unreadable(error: Exception) -> BadRequest | TooLarge:
    """Return the error for a response to one of ``UNREADABLE``."""
    return TooLarge() if isinstance(error, RequestDataTooBig) else BadRequest()


def _read_form(request: HttpRequest) -> tuple[Mapping[str, Any], ...]:
    if request.method == "POST":
        fields = request.POST
        if fields and request.content_type == URLENCODED:  # then Django has read the whole body
            _refuse_too_large(request.body)
        return fields, request.FILES
    # Django parses forms for POST only; htmx sends PUT and PATCH as forms too.
    if request.content_type == MULTIPART:
        return request.parse_file_upload(request.META, request)
    _refuse_too_large(request.body)
    return (QueryDict(request.body, encoding="utf-8"),)


def _read_json(request: HttpRequest, *, empty_allowed: bool = False) -> dict[str, Any]:
    if request.content_params and request.content_params.get("charset", "utf-8").lower() not in _UTF8:
        raise BadRequest("JSON must be UTF-8.")
    body = request.body
    _refuse_too_large(body)
    if empty_allowed and not body:
        return {}
    return parse_object(body)


def _refuse_too_large(body: bytes) -> None:
    """Raise TooLarge for a body over Django's limit.

    Django itself trusts Content-Length, which is missing or wrong for a chunked body: the first releases of
    5.2 always do, 6.1 does if the stream is not seekable.
    """
    limit: int | None = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if limit is not None and len(body) > limit:
        raise TooLarge()


def parse_object(text: bytes) -> dict[str, Any]:
    """Return the JSON object in a text; raise BadRequest for anything else, NaN and infinity included."""
    try:
        value = from_json(text, allow_inf_nan=False)
        if _HUGE.search(text):
            json.dumps(value, allow_nan=False)
    except ValueError:
        raise BadRequest("The body must be a JSON object in UTF-8, not nested too deeply.") from None
    if not isinstance(value, dict):
        raise BadRequest("The body must be a JSON object.")
    return value
