"""The parts of Django that are used where they are needed still do what the list of them says."""

from inspect import currentframe
from io import BytesIO
from types import ModuleType
from typing import Any

import django
import pytest
from asgiref.sync import async_to_sync
from django import forms
from django.apps import AppConfig, apps
from django.conf.urls.i18n import i18n_patterns, is_language_prefix_patterns_used
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.exceptions import SynchronousOnlyOperation
from django.core.handlers.asgi import ASGIHandler, ASGIRequest, get_script_prefix
from django.db import connections, transaction
from django.db.models import Model
from django.db.models.signals import pre_delete
from django.forms.formsets import DELETION_FIELD_NAME, INITIAL_FORM_COUNT, TOTAL_FORM_COUNT
from django.http import HttpResponse
from django.http.request import HttpHeaders
from django.http.response import ResponseHeaders
from django.template import Context, Engine, Library, RequestContext, Template, engines
from django.template.base import Node, NodeList, Parser, TextNode, Token
from django.template.context import RenderContext
from django.template.defaulttags import IfNode
from django.test import AsyncRequestFactory, RequestFactory
from django.urls import LocalePrefixPattern, URLPattern, URLResolver, get_resolver, re_path
from django.urls.resolvers import RegexPattern
from django.utils import translation
from django.utils.asyncio import async_unsafe
from django.utils.encoding import repercent_broken_unicode
from django.utils.http import escape_leading_slashes, parse_etags, url_has_allowed_host_and_scheme
from django.utils.log import log_response
from django.utils.module_loading import import_string
from django.utils.regex_helper import normalize
from django_htmx.middleware import HtmxDetails
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from mizan_htmx import internals
from tests.apps.watched.models import Antique, Guest, Item, Labelled, Room


class Seen(Node):
    """A tag that keeps its parser, the names around it and the frames that render it."""

    def __init__(self, parser: Parser, nodelist: NodeList) -> None:
        self.parser, self.names, self.nodelist = parser, internals.open_tag_names(parser), nodelist
        self.around: list[str] = []

    def render(self, context: Context) -> str:
        """Walk up the frames."""
        frame = currentframe()
        while frame is not None:
            node = frame.f_locals.get("self") if frame.f_code.co_name == "render" else None
            if isinstance(node, Node) and node is not self:
                self.around.append(internals.tag_of(node))
            frame = frame.f_back
        return self.nodelist.render(context)


@pytest.fixture
def engine() -> Engine:
    """Return an engine with the tag ``seen``, which ends with ``endseen``."""
    library = Library()

    @library.tag
    def seen(parser: Parser, token: Token) -> Seen:
        node = Seen(parser, parser.parse(("endseen",)))
        parser.delete_first_token()
        return node

    engine = Engine()
    engine.template_builtins.append(library)
    return engine


def test_a_parser_knows_the_tags_around_and_their_functions(engine: Engine) -> None:
    source = "{% if 1 %}{% spaceless %}{% seen %}{% endseen %}{% endspaceless %}{% endif %}"
    template = Template(source, engine=engine)
    (seen,) = template.nodelist.get_nodes_by_type(Seen)
    assert isinstance(seen, Seen)
    assert seen.names == ["if", "spaceless", "seen"]
    assert internals.open_tag_names(seen.parser) == []
    spaceless = import_string("django.template.defaulttags.spaceless")
    assert internals.function_of_tag(seen.parser, "spaceless") is spaceless
    assert internals.function_of_tag(seen.parser, "nothing") is None
    assert internals.tag_of(seen) == "seen"
    assert internals.tag_of(Seen(seen.parser, NodeList())) == ""


def test_a_token_knows_its_place_in_the_source() -> None:
    found: list[str | None] = []
    library = Library()

    @library.tag
    def here(parser: Parser, token: Token) -> Node:
        found.append(internals.source_before(parser, token))
        return TextNode("")

    sources = {
        "a.html": "é {# b #}\n{% here  x %}{% include 'b.html' %}",
        "b.html": "{% if 1 %}{%here%}{% endif %}",
    }
    for debug in (True, False):
        loaders = [("django.template.loaders.locmem.Loader", sources)]
        engine = Engine(debug=debug, loaders=loaders)
        engine.template_builtins.append(library)
        engine.get_template("a.html").render(Context())
        Template("{% here %}", engine=engine)
    assert found == ["é {# b #}\n", "{% if 1 %}", None, None, None, None]


def test_frames_show_which_nodes_are_rendering(engine: Engine) -> None:
    inside = "{% filter upper %}{% seen %}x{% endseen %}{% endfilter %}"
    template = Template("{% for a in 'b' %}" + inside + "{% endfor %}", engine=engine)
    (seen,) = template.nodelist.get_nodes_by_type(Seen)
    assert isinstance(seen, Seen)
    assert template.render(Context()) == "X"
    assert seen.around == ["filter", "for"]


def test_nodes_show_what_they_look_up(engine: Engine) -> None:
    source = (
        "{{ a.b|add:c }}{% if not d and 1 %}e{% else %}f{% endif %}"
        "{% for g, h in i %}j{% empty %}k{% endfor %}{% with l=m %}n{% endwith %}"
    )
    nodes: Any = [*Template(source, engine=engine).nodelist]
    variable, condition, loop, names = nodes
    expression = variable.filter_expression
    assert (expression.var.var, expression.var.lookups) == ("a.b", ("a", "b"))
    assert [
        (is_variable, each.var) for _, arguments in expression.filters for is_variable, each in arguments
    ] == [(True, "c")]
    (first, yes), (second, no) = condition.conditions_nodelists
    assert (first.first.first.value.var.var, first.second.value.var.lookups, second) == ("d", None, None)
    assert [[each.s for each in part] for part in (yes, no)] == [["e"], ["f"]]
    assert ([*loop.loopvars], loop.sequence.var.var) == (["g", "h"], "i")
    assert [[each.s for each in part] for part in (loop.nodelist_loop, loop.nodelist_empty)] == [["j"], ["k"]]
    assert {name: each.var.var for name, each in names.extra_context.items()} == {"l": "m"}


def test_a_template_has_the_partials_that_its_parser_was_given(engine: Engine) -> None:
    template = Template("{% seen %}a{{ b }}{% endseen %}", engine=engine)
    (seen,) = template.nodelist.get_nodes_by_type(Seen)
    assert isinstance(seen, Seen)
    assert internals.partials_of(template) == {}
    made: Any = import_string(internals.PARTIAL_CLASS)(seen.nodelist, template.origin, "name")
    internals.partials_in(seen.parser)["name"] = made
    assert internals.partials_of(template) == {"name": made}
    assert (made.name, made.nodelist, made.origin) == ("name", seen.nodelist, template.origin)
    made.engine = engine
    context = Context({"b": 1})
    with context.bind_template(template):
        assert made.render(context) == "a1"


def test_partials_of_django_stand_where_they_are_looked_for() -> None:
    source = "{% load partials %}" if django.VERSION < (6, 0) else ""
    template: Any = engines["django"].from_string(source + "{% partialdef name %}x{% endpartialdef %}")
    (name,) = internals.partials_of(template.template)
    assert name == "name"


class PlainContext(RequestContext):
    """A RequestContext that was made as a plain one is."""

    def __init__(self, request: Any, layer: dict[str, Any], kept: dict[Any, Any]) -> None:
        super(RequestContext, self).__init__()
        self.request = request
        self.dicts += (layer,)
        self.render_context.dicts[0] = kept


def test_a_context_without_processors_renders_from_its_layers_and_keeps_what_is_included() -> None:
    files = {"inner.html": "{{ a }}", "outer.html": "{% include 'inner.html' %}"}
    engine = Engine(loaders=[("django.template.loaders.locmem.Loader", files)])
    template, kept = engine.get_template("outer.html"), dict[Any, Any]()
    for text in ("1", "2"):
        context = PlainContext(RequestFactory().get("/"), {"a": text}, kept)
        context.template, context.template_name = template, template.name
        assert template.nodelist.render(context) == text
    ((node, templates),) = kept.items()
    assert type(node).__name__ == "IncludeNode"
    assert [each.name for each in templates.values()] == ["inner.html"]


def test_each_template_that_is_entered_is_pushed_and_its_conditions_are_trees() -> None:
    files = {
        "base.html": "{% block a %}{% endblock %}",
        "inner.html": "{% if not a and b %}{% elif c %}{% else %}{% endif %}",
        "outer.html": "{% extends 'base.html' %}{% block a %}{% include 'inner.html' %}{% endblock %}",
    }
    engine = Engine(loaders=[("django.template.loaders.locmem.Loader", files)])
    context, entered = Context(), list[Any]()

    class Pushed(RenderContext):
        def push_state(self, template: Any, isolated_context: bool = True) -> Any:
            entered.append(template)
            return super().push_state(template, isolated_context)

    context.render_context = Pushed()
    engine.get_template("outer.html").render(context)
    assert [each.name for each in entered] == ["outer.html", "base.html", "inner.html"]
    (node,) = entered[-1].nodelist.get_nodes_by_type(IfNode)
    both, one, rest = (condition for condition, _ in node.conditions_nodelists)
    assert (both.id, both.first.id, both.second.text) == ("and", "not", "b")
    assert (both.first.second, one.first, rest) == (None, None, None)


def test_every_look_at_headers_ends_in_one_method() -> None:
    asked: list[str] = []

    class Requested(HttpHeaders):
        def __getitem__(self, key: str) -> str:
            asked.append(key)
            return super().__getitem__(key)

    class Answered(ResponseHeaders):
        def __getitem__(self, key: str) -> str:
            asked.append(key)
            return super().__getitem__(key)

    for headers in (Requested({"HTTP_A": "b"}), Answered({"A": "b"})):
        asked.clear()
        assert (headers["a"], headers.get("a"), "a" in headers) == ("b", "b", True)
        assert dict(headers.items()) == {"A": "b"}
        assert len(asked) == 4
    response = HttpResponse()
    response.headers = Answered({**response.headers, "Etag": "x"})
    response["A"] = "b"
    assert (response["etag"], response.headers["A"], response.has_header("a")) == ("x", "b", True)
    assert b"A: b" in response.serialize_headers()


def test_names_in_meta_are_turned_into_those_of_headers() -> None:
    assert HttpHeaders.parse_header_name("HTTP_X_FORWARDED_HOST") == "X-Forwarded-Host"
    assert HttpHeaders.parse_header_name("REMOTE_USER") is None


def test_htmx_is_found_in_the_headers_of_a_request() -> None:
    request = RequestFactory().get("/")
    request.headers = HttpHeaders({"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "there"})
    details = HtmxDetails(request)
    assert (bool(details), details.target) == (True, "there")


def test_models_show_their_keys_tables_and_relations() -> None:
    options: Any = {model: model._meta for model in (Antique, Guest, Item, Labelled, Room)}
    assert [field.attname for field in options[Room].pk_fields] == ["id"]
    assert [options[model].concrete_model for model in (Room, Item, Antique)] == [Room, Item, Item]
    assert [options[model].proxy for model in (Item, Antique)] == [False, True]
    assert [options[model].abstract for model in (Item, Labelled)] == [False, True]
    ways = {field.name: field for field in options[Room].many_to_many}
    assert {*ways} == {"guests", "staff"}
    assert (ways["staff"].m2m_field_name(), ways["staff"].m2m_reverse_field_name()) == ("room", "guest")
    (friends,) = options[Guest].many_to_many
    assert friends.remote_field.symmetrical
    assert (friends.m2m_field_name(), friends.m2m_reverse_field_name()) == ("from_guest", "to_guest")


@pytest.mark.django_db
def test_a_deletion_says_with_what_it_goes() -> None:
    origins: list[object] = []

    def receiver(sender: type[Model], instance: Model, origin: object, **kwargs: object) -> None:
        origins.append(origin)

    pre_delete.connect(receiver, sender=Item)
    try:
        room = Room.objects.create(name="a")
        item = Item.objects.create(room=room)
        item.delete()
        Item.objects.create(room=room)
        rows = Item.objects.all()
        rows.delete()
    finally:
        pre_delete.disconnect(receiver, sender=Item)
    assert origins[0] is item
    assert type(origins[1]) is type(rows)
    assert getattr(origins[1], "model", None) is Item


def test_urls_are_parsed() -> None:
    def view(request: object) -> HttpResponse:
        return HttpResponse()

    entry = re_path(r"^a/(?P<b>[0-9]+)/$", view)
    assert isinstance(entry.pattern, RegexPattern)
    assert normalize(entry.pattern.regex.pattern) == [("a/%(b)s/", ["b"])]
    resolver = get_resolver()
    assert all(isinstance(each, (URLPattern, URLResolver)) for each in resolver.url_patterns)
    assert all(hasattr(each, "pattern") for each in resolver.url_patterns)
    with translation.override("de"):
        assert LocalePrefixPattern().language_prefix == "de/"


def test_a_urlconf_shows_whether_its_urls_begin_with_a_language() -> None:
    def view(request: object) -> HttpResponse:
        return HttpResponse()

    patterns = i18n_patterns(re_path("a", view), prefix_default_language=False)
    with_prefix, without = ModuleType("with_prefix"), ModuleType("without")
    vars(with_prefix)["urlpatterns"], vars(without)["urlpatterns"] = patterns, []
    asked: Any = is_language_prefix_patterns_used
    assert [asked(each) for each in (with_prefix, without)] == [(True, False), (False, False)]


def test_engines_are_known_before_they_are_made() -> None:
    assert [*engines.templates] == [each.name for each in engines.all()]
    engine: Any = Engine(context_processors=["django.template.context_processors.request"])
    assert [each.__name__ for each in engine.template_context_processors] == ["csrf", "request"]


def test_engines_know_their_loaders_and_the_app_of_partials_replaces_them() -> None:
    loaders: Any = engines["django"].engine.template_loaders  # type: ignore[attr-defined]
    assert loaders
    if django.VERSION < (6, 0):
        app = apps.get_app_config("template_partials")
        assert isinstance(app, AppConfig)
        assert type(app).ready is not AppConfig.ready
        assert [type(each).__module__ for each in loaders] == ["template_partials.loader"]


def test_pydantic_has_the_schema_of_each_field_in_that_of_a_typed_dict() -> None:
    class Shape(TypedDict):
        value: int

    schema: Any = TypeAdapter(Shape).core_schema
    assert schema["type"] == "typed-dict"
    assert schema["fields"]["value"]["schema"]["type"] == "int"


def test_a_request_is_made_of_a_scope() -> None:
    scope = {
        **{"type": "http", "method": "POST", "scheme": "https", "path": "/a/b/", "query_string": b"c=d"},
        **{"root_path": "/a", "headers": [(b"host", b"site.example"), (b"origin", b"https://site.example")]},
    }
    request = ASGIRequest(scope, BytesIO(b"x"))
    assert (request.method, request.scheme, request.path_info, request.body) == ("POST", "https", "/b/", b"x")
    assert (request.META["HTTP_ORIGIN"], request.get_host()) == ("https://site.example", "site.example")
    assert get_script_prefix(scope) == "/a"


@pytest.mark.django_db(transaction=True)
def test_connections_show_their_transactions_and_querysets_how_rows_are_chosen() -> None:
    default: Any = connections["default"]
    assert {"default"} <= {*connections.settings} == {*connections}
    assert default in connections.all(initialized_only=True)
    assert not default.in_atomic_block
    with transaction.atomic():
        assert default.in_atomic_block
    assert default.features.supports_select_for_update_with_limit in (True, False)
    rows = Room.objects.all()
    united = rows.union(rows)
    assert [each.query.is_sliced for each in (rows, rows[:1])] == [False, True]
    assert [bool(each.query.combinator) for each in (rows, united)] == [False, True]


def test_formsets_and_messages_show_what_came_in() -> None:
    made: Any = forms.formset_factory(forms.Form, max_num=5, absolute_max=7)
    assert (made.absolute_max, made.get_default_prefix()) == (7, "form")
    assert {TOTAL_FORM_COUNT, INITIAL_FORM_COUNT} <= {*made({}).management_form.fields}
    assert DELETION_FIELD_NAME in forms.formset_factory(forms.Form, can_delete=True)().forms[0].fields
    request: Any = RequestFactory().get("/")
    request._messages = CookieStorage(request)
    kept: Any = messages.get_messages(request)
    assert not kept.added_new
    messages.info(request, "a")
    assert kept.added_new


def test_handlers_of_static_files_have_the_application_that_they_stand_around() -> None:
    application = ASGIHandler()
    handler: Any = ASGIStaticFilesHandler(application)
    assert handler.application is application
    assert isinstance(handler, ASGIHandler)


def test_a_function_can_be_kept_out_of_an_event_loop() -> None:
    @async_unsafe("Not here.")
    def blocking() -> str:
        return "done"

    async def in_loop() -> None:
        with pytest.raises(SynchronousOnlyOperation, match=r"Not here\."):
            blocking()

    assert blocking() == "done"
    async_to_sync(in_loop)()


def test_texts_of_http_are_read_as_django_reads_them() -> None:
    assert escape_leading_slashes("//a") == "/%2Fa"
    assert parse_etags('"a", W/"b"') == ['"a"', 'W/"b"']
    allowed = [url_has_allowed_host_and_scheme(each, allowed_hosts=None) for each in ("/a", "//a", "x:a")]
    assert allowed == [True, False, False]


def test_answers_are_logged_once_by_their_status(caplog: pytest.LogCaptureFixture) -> None:
    request, response = RequestFactory().get("/"), HttpResponse(status=404)
    for _ in range(2):
        log_response("Gone: %s", "a", response=response, request=request)
    assert [(each.levelname, each.getMessage()) for each in caplog.records] == [("WARNING", "Gone: a")]


def test_a_request_reads_its_query_at_the_first_access_and_its_path_byte_by_byte() -> None:
    for factory in (RequestFactory(), AsyncRequestFactory()):
        request = factory.get("/?a=1")
        assert "GET" not in vars(request)
        request.META["QUERY_STRING"] = "a=2"
        assert request.GET["a"] == "2"
        assert vars(request)["GET"] is request.GET
    assert repercent_broken_unicode(b"/\xff\xc3\xa9") == b"/%FF\xc3\xa9"
