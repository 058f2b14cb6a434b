"""The undocumented parts of Django that this package uses: each in one place, and each with a test.

No other module uses another package's names with a leading underscore, except ``channels.internals``.
Checked with Django 5.2 and 6.1, asgiref 3.13, django-template-partials 25.3, channels 4.3, and Python 3.11
and 3.13.

These are used elsewhere under their own names, and tested in ``tests/contract/test_internals_listed.py``:

* ``anonymous``, ``caching``: ``HttpHeaders`` and ``ResponseHeaders``, whose lookups all end in
  ``__getitem__``; ``response.headers`` may be replaced. ``HtmxDetails`` reads ``request.headers``.
* ``anonymous``: ``is_language_prefix_patterns_used()`` also returns if the default language has a prefix.
* ``forwarded``, ``scripts``: ``HttpHeaders.parse_header_name()``.
* ``cascades``, ``model_watch``: ``_meta`` has ``concrete_model``, ``pk_fields``, ``proxy``, ``abstract`` and
  ``many_to_many``; a many-to-many field has ``m2m_field_name()`` and ``m2m_reverse_field_name()``.
  Deletion signals have ``origin``.
* ``csrf``, ``single_flight``: ``META`` has ``CSRF_COOKIE`` and, where it is to be sent,
  ``CSRF_COOKIE_NEEDS_UPDATE``.
* ``edge.url_patterns``, ``rendering.url_cache``: ``URLResolver.url_patterns``,
  ``LocalePrefixPattern.language_prefix``, ``RegexPattern.regex`` and ``regex_helper.normalize()``.
* ``enclosing_elements``: ``Lexer``, whose tokens have ``token_type`` and ``contents``.
* ``placement``: what a template includes has the same ``render_context.dicts[0]`` as the template itself.
* ``enclosing_tags``: a node's ``render(self, …)`` calls that of the nodes in it, so that they are
  on the call stack.
* ``blocks.scope.unrendered``: ``filter_expression``, ``conditions_nodelists``, ``loopvars``, ``sequence``,
  ``nodelist_loop``, ``nodelist_empty`` and ``extra_context`` of nodes; ``first``, ``second`` and ``value`` of
  conditions; ``var`` and ``filters`` of expressions, ``var`` and ``lookups`` of variables.
* ``rendering.partials``, ``blocks.rendering``: ``engines.templates`` and
  ``Engine.template_context_processors``.
* ``blocks.rendering``: a ``RequestContext`` initialized as a plain ``Context`` renders; ``dicts`` are
  its layers, and ``render_context.dicts[0]`` is where ``include`` keeps templates.
* ``late_refusals``: ``RenderContext.push_state()`` is called with each template that is entered; the
  ``conditions_nodelists`` of an ``IfNode`` have operators with ``first`` and ``second``.
* ``checks``: ``Engine.template_loaders``, the module ``template_partials.loader``,
  and that the app ``template_partials`` changes ``TEMPLATES`` in its ``ready()``.
* ``signature``: pydantic's schema of a TypedDict is a "typed-dict" with each field's schema in ``fields``.
* ``transactions``, ``model_watch``, ``freshness_check``: ``connections.settings`` and
  ``all(initialized_only=True)``; a connection's ``connection``, ``in_atomic_block`` and
  ``features.supports_select_for_update_with_limit``; ``is_sliced`` and ``combinator`` of a queryset's
  ``query``.
* ``forms``: ``absolute_max``, ``get_default_prefix()`` and the names of fields in ``django.forms.formsets``;
  ``added_new`` of a request's messages.
* ``blocks.page_address``: ``repercent_broken_unicode()``, by which WSGI requests decode a path, and
  ``is_language_prefix_patterns_used()``; ``request_address``: the class of a request may have ``GET``, which
  is computed from ``QUERY_STRING`` at its first access.
* ``async_unsafe()``, ``log_response()``, ``escape_leading_slashes()``, ``parse_etags()`` and
  ``url_has_allowed_host_and_scheme()`` of ``django.utils``.
* ``channels``: ``ASGIRequest(scope, body)``, ``get_script_prefix(scope)``, and ``application`` of a handler
  of static files.
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from inspect import getclosurevars
from io import BytesIO
from types import CodeType, FrameType, MappingProxyType
from typing import Any, cast

import django
from asgiref.sync import markcoroutinefunction
from django.contrib.staticfiles.storage import HashedFilesMixin
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.dispatch import Signal
from django.forms import BaseForm, BaseFormSet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import CsrfViewMiddleware
from django.template import TemplateDoesNotExist
from django.template.base import Node, NodeList, Parser, Token, Variable
from django.template.context import BaseContext
from django.template.defaulttags import IfNode
from django.templatetags.i18n import BlockTranslateNode
from django.utils.functional import LazyObject, empty
from django.views.debug import get_exception_reporter_class

#: Calls its argument, Django's own method, before or after additional work.
Around = Callable[[Callable[[], None]], None]

#: Return the running event loop of this thread, or ``None``. The documented function raises instead, which
#: costs more than the rest of the choice between sync and async.
running_loop = asyncio._get_running_loop

#: The content types from which Django fills ``request.POST``.
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")

_LOAD_FORM: Any = getattr(HttpRequest, "_load_post_and_files")  # noqa: B009 (django-stubs do not have it)
_NO_FIELDS: Mapping[str, str] = MappingProxyType({})

#: The attribute in which a request keeps its body once it has been read.
OF_BODY = ("_post", "_files", "_body", "_upload_handlers")

#: The attributes in which a request caches the users loaded by ``request.user`` and ``auser()``.
OF_USER = ("_cached_user", "_acached_user")

#: The attribute in which Django's and django-csp's middleware keep the nonce; true once it has been used.
NONCE = "_csp_nonce"

#: The ending of all attributes in which ``ModelBackend`` caches a user's permissions.
KEPT_PERMISSIONS = "_perm_cache"

#: The class of a partial; its arguments are its nodes, their origin and its name.
PARTIAL_CLASS = (
    "django.template.base.PartialTemplate"
    if django.VERSION >= (6, 0)
    else "template_partials.templatetags.partials.TemplateProxy"
)


async def _coroutine_function() -> None:
    """Provide the attribute that marks an async view which is not an ``async def``."""


#: The name of that attribute: ``_is_coroutine`` or ``_is_coroutine_mark``, depending on Python's version.
ASYNC_MARK: dict[str, Any] = vars(markcoroutinefunction(_coroutine_function))


class BodilessRequest(HttpRequest):
    """A request with the given ``scheme`` and without a body.

    Relies on ``_get_scheme()``, from which ``scheme`` is derived where no proxy header sets it, and on
    ``_body``, ``_stream`` and ``_read_started``.
    """

    def __init__(self, scheme: str | None) -> None:
        super().__init__()
        self._scheme = scheme
        self._body = b""
        self.__dict__.update(unread())

    def _get_scheme(self) -> str | None:
        return self._scheme


def _no_view(request: HttpRequest) -> HttpResponse:
    raise AssertionError("The CSRF check calls no view.")


class CsrfCheck(CsrfViewMiddleware):
    """Django's check, returning the reason of a refusal instead of a response.

    Relies on ``_reject()``, whose result ``process_view()`` returns, and on ``_origin_verified()``.
    """

    def __init__(self) -> None:
        super().__init__(_no_view)

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason

    def reason_against(self, request: HttpRequest) -> Any:
        """Return why a request is refused, or a false value.

        Django first looks for the token in form fields, which costs time even without a form. Relies on
        ``_post``, where WSGI and ASGI requests keep what ``_load_post_and_files()`` has read.
        """
        self.process_request(request)
        state, kind = request.__dict__, type(request)
        if (
            request.content_type in FORM_TYPES
            or "_post" in state
            or getattr(kind, "_load_post_and_files", None) is not _LOAD_FORM
        ):
            return self.process_view(request, _no_view, (), {})
        state["_post"] = _NO_FIELDS
        try:
            return self.process_view(request, _no_view, (), {})
        finally:
            del state["_post"]

    def verifies_origin(self, request: HttpRequest) -> bool:
        """Return whether ``Origin``, which must be present, is the site's own or a trusted one."""
        return bool(self._origin_verified(request))  # type: ignore[attr-defined]


def unread() -> dict[str, Any]:
    """Return the ``__dict__`` entries of a request without a body of which nothing has been read."""
    return {"_stream": BytesIO(), "_read_started": False}


def user_of_coroutine(request: HttpRequest) -> Any:
    """Return the user that ``auser()`` has loaded for a request, or ``None``."""
    return request.__dict__.get(OF_USER[1])


def is_unloaded(user: object) -> bool:
    """Return whether this is a lazy object that has not been evaluated yet.

    Relies on ``_wrapped``, which is ``empty`` until then.
    """
    return isinstance(user, LazyObject) and user.__dict__.get("_wrapped") is empty


def is_csrf_checked(request: HttpRequest) -> bool:
    """Return whether ``CsrfViewMiddleware`` has let a request pass.

    Relies on ``csrf_processing_done``, which the middleware sets on those, including safe and exempt ones,
    but not on those it refuses.
    """
    return bool(getattr(request, "csrf_processing_done", False))


def freeze(query: QueryDict) -> Any:
    """Make a query immutable, as Django's own are, and return it. Relies on ``_mutable``."""
    query._mutable = False
    return query


def has_djangos_urls(storage: type) -> bool:
    """Return whether a storage of hashed files builds URLs as Django's does. Relies on ``_url``."""
    hashed: Any = HashedFilesMixin
    return getattr(storage, "_url", None) is hashed._url


def has_receivers(signal: Signal) -> bool:
    """Return whether a signal has receivers. Relies on ``receivers``, which is empty otherwise."""
    return bool(signal.receivers)


def use_for_write(rows: QuerySet[Any]) -> None:
    """Make ``db`` of a queryset the database for writes. Relies on ``_for_write``."""
    rows._for_write = True  # type: ignore[attr-defined]


def open_tag_names(parser: Parser) -> list[str]:
    """Return the names of the block tags that a parser is inside, the one being parsed last.

    Relies on ``command_stack``, which holds the name and token of each.
    """
    return [name for name, _ in parser.command_stack]


def function_of_tag(parser: Parser, name: str) -> object:
    """Return the compile function of a tag, or ``None``. Relies on ``tags``."""
    return parser.tags.get(name)


def source_before(parser: Parser, token: Token) -> str | None:
    """Return the source of the template that is being parsed, up to a tag; ``None`` if that is not known.

    Relies on ``position`` of tokens, which is ``None`` where the engine has ``debug`` off.
    """
    loader = getattr(parser.origin, "loader", None)
    if loader is None or token.position is None:
        return None
    try:
        source: str = loader.get_contents(parser.origin)
    except TemplateDoesNotExist:
        return None
    start, end = token.position
    return source[:start] if token.contents in source[start:end] else None


def tag_of(node: Node) -> str:
    """Return the name of the tag that created a node, or "". Relies on ``token``."""
    return node.token.contents.split()[0] if node.token is not None else ""


def function_of_operator(operator: Any) -> Callable[..., Any]:
    """Return what an operator of ``{% if %}`` does with its operands, without the ``except`` around it.

    Relies on ``eval()``, whose closure has it as ``func``; it takes the context and the operands.
    """
    return cast("Callable[..., Any]", getclosurevars(type(operator).eval).nonlocals["func"])


_LOOKUP: CodeType = getattr(Variable, "_resolve_lookup").__code__  # noqa: B009 (django-stubs do not have it)


def variable_asked_for(frame: FrameType | None) -> str | None:
    """Return the variable of a template that is being looked up in a context, as written there.

    ``None`` if a tag's own code looks something up. ``frame`` is that of a method of one of the context's
    layers. Relies on ``Variable._resolve_lookup()``, whose ``self.var`` is the text, and on
    ``render_value()`` of ``{% blocktranslate %}``, which looks up the names in its text itself.
    """
    frame = frame.f_back if frame is not None else None
    while frame is not None and frame.f_globals.get("__name__") == BaseContext.__module__:
        frame = frame.f_back
    if frame is None:
        return None
    if frame.f_code is _LOOKUP:
        return str(frame.f_locals["self"].var)
    if (
        frame.f_code.co_name == "render_value"
        and frame.f_globals.get("__name__") == BlockTranslateNode.__module__
    ):
        return str(frame.f_locals["key"])
    return None


def node_around(frame: FrameType | None) -> Node | None:
    """Return the node that is rendering in a frame or around it. Relies on ``render_annotated()``."""
    while frame is not None:
        if frame.f_code.co_name == Node.render_annotated.__name__:
            node = frame.f_locals.get("self")
            return node if isinstance(node, Node) else None
        frame = frame.f_back
    return None


def layers_of(context: Any) -> list[Any]:
    """Return the layers of a context, without what context processors return.

    Relies on ``dicts`` and on ``_processors_index`` of a ``RequestContext``.
    """
    processed = getattr(context, "_processors_index", None)
    return [layer for number, layer in enumerate(context.dicts) if number != processed]


def nodelists_of(node: Node) -> list[NodeList]:
    """Return the lists of nodes inside a node, of which one or the other may be rendered.

    Relies on ``child_nodelists``, and on ``conditions_nodelists`` of ``{% if %}``, which has its branches.
    """
    if isinstance(node, IfNode):
        return [nodelist for _, nodelist in node.conditions_nodelists]
    found = [getattr(node, name, None) for name in node.child_nodelists]
    return [each for each in found if isinstance(each, NodeList)]


def partials_in(parser: Parser) -> dict[str, object]:
    """Return the partials of the template that is being parsed; entries may be added.

    Relies on ``extra_data``, which becomes an attribute of the template, and on its key "partials".
    """
    return cast("dict[str, object]", parser.extra_data.setdefault("partials", {}))


def partials_of(template: Any) -> dict[str, Any]:
    """Return the partials of a template, by name. Relies on the same."""
    return cast("dict[str, Any]", template.extra_data.get("partials", {}))


def commit_hooks(connection: BaseDatabaseWrapper) -> list[Any]:
    """Return the hooks that wait for a connection's COMMIT, as tuples (savepoints, function, robust).

    Relies on ``run_on_commit``: Django replaces the list after a COMMIT or a rollback, and removes the hooks
    of a savepoint that is rolled back.
    """
    return connection.run_on_commit


def is_in_transaction(connection: BaseDatabaseWrapper) -> bool:
    """Return whether writes of a connection take effect only with a later COMMIT.

    Relies on ``autocommit``, which ``get_autocommit()`` returns after it has connected.
    """
    return connection.in_atomic_block or not (connection.autocommit or connection.connection is None)


def ends_by_hand(connection: BaseDatabaseWrapper) -> bool:
    """Return whether the site itself, and no ``atomic()``, ends the connection's transaction.

    Relies on ``commit_on_exit``: an ``atomic()`` in such a transaction clears it.
    """
    return not (connection.in_atomic_block and connection.commit_on_exit)


def wait_for_commit(connection: BaseDatabaseWrapper, hook: Callable[[], None]) -> None:
    """Register a hook for the COMMIT of a connection's open transaction.

    Relies on ``run_on_commit`` where ``on_commit()`` raises: outside ``atomic()``, without autocommit.
    """
    if connection.in_atomic_block:
        connection.on_commit(hook)
    else:
        commit_hooks(connection).append((set(), hook, False))


def open_savepoints(connection: BaseDatabaseWrapper) -> frozenset[str]:
    """Return the savepoints that are open on a connection.

    Relies on ``savepoint_ids``, where ``None`` represents an inner ``atomic()`` without a savepoint.
    """
    names = connection.savepoint_ids  # none in the outermost atomic()
    return frozenset(each for each in names if each is not None) if names else frozenset()


def surround_commits(connection: BaseDatabaseWrapper, commit: Around, settle: Around) -> None:
    """Wrap each COMMIT of a connection in ``commit``, and what follows it or a rollback in ``settle``.

    Relies on ``Atomic.__exit__``: at the end of a transaction it calls the connection's ``commit()`` or
    ``rollback()``, and then in any case ``set_autocommit(True)``, which runs the hooks. Opening a connection
    calls that, too; nothing has been committed then.
    """
    commit_now, set_autocommit_now = connection.commit, connection.set_autocommit

    def commit_it() -> None:
        if connection.in_atomic_block:  # Django refuses
            commit_now()
        else:
            commit(commit_now)

    def set_autocommit(autocommit: bool, *args: Any, **kwargs: Any) -> None:
        if autocommit:
            settle(partial(set_autocommit_now, autocommit, *args, **kwargs))
        else:
            set_autocommit_now(autocommit, *args, **kwargs)

    holder: Any = connection
    holder.commit, holder.set_autocommit = commit_it, set_autocommit


def is_validated(form: BaseForm | BaseFormSet) -> bool:  # type: ignore[type-arg]
    """Return whether a form or formset has been validated; reading ``errors`` would validate it.

    Relies on ``_errors``, which is ``None`` until ``full_clean()`` has run.
    """
    return getattr(form, "_errors", None) is not None


def technical_page(request: HttpRequest, error: BaseException) -> str:
    """Return the HTML that Django shows for an exception under ``DEBUG``.

    Relies on ``get_exception_reporter_class()``, which reads ``request.exception_reporter_class`` and
    ``DEFAULT_EXCEPTION_REPORTER``; the reporters themselves are documented.
    """
    reporter: Any = get_exception_reporter_class(request)
    return str(reporter(request, type(error), error, error.__traceback__).get_traceback_html())
