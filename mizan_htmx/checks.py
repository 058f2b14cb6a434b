"""The system checks: declarations that can't work, and settings that they need."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial, wraps
from importlib.util import find_spec
from typing import Any

import django
from django.apps import AppConfig, apps
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.urls import NoReverseMatch, reverse

from mizan_htmx.conf import conf
from mizan_htmx.declarations.functions import SAFE_METHODS, Function
from mizan_htmx.edge.conf import edge_settings
from mizan_htmx.errors import suggest
from mizan_htmx.setup.autodiscover import load_urlconf, walk_urlconf
from mizan_htmx.setup.middleware import AUTHENTICATION, MIDDLEWARE, is_installed
from mizan_htmx.setup.registry import registry

PARTIALS_APP = "template_partials"
IN_MEMORY_LAYER = "channels.layers.InMemoryChannelLayer"

# These loaders hold others; a site can lose those that they hold.
_WRAPPERS = ("django.template.loaders.cached.Loader", "template_partials.loader.Loader")

Check = Callable[..., list[CheckMessage]]
_Loader = tuple[str, str]


def register_checks() -> None:
    """Register every check under the tag ``mizan_htmx``."""
    for check in _CHECKS:
        checks.register(check, "mizan_htmx")


def check_declarations(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report every problem of the graph."""
    return [Error(each.message, hint=each.hint, obj=each.obj, id=each.id) for each in registry.problems]


def check_methods(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report views with ``affects=`` that allow safe methods only."""
    return [
        Warning(
            f"{function.place} has affects=, but allows only {', '.join(function.methods)}.",
            hint="A GET request must not change anything: links are followed by browsers and crawlers, and"
            " CSRF is not checked. Add POST to methods=, or remove affects=.",
            obj=function,
            id="mizan_htmx.W010",
        )
        for function in _declared()
        if function.affects and SAFE_METHODS.issuperset(function.methods)
    ]


def check_class_views(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report class-based views that only the URLconf guards, and that blocks show."""
    readers = [(each, view) for each in registry.graph.functions.values() if (view := _unguarded_view(each))]
    if not readers or not getattr(settings, "ROOT_URLCONF", None):
        return []
    guarded = {getattr(view, "view_class", None) for _, view in walk_urlconf() if _is_guarded(view)}
    return [
        Warning(
            f"{function.place} shows {view.place} in blocks, where its decorator in the URLconf does not"
            " hold.",
            hint="Decorate its dispatch by method_decorator(), or pass the decorated view to read_view(). Or"
            " write auth= for those who may see it, and auth=False if everybody may.",
            obj=function,
            id="mizan_htmx.W012",
        )
        for function, view in readers
        if view.cls in guarded
    ]


def _unguarded_view(function: Function) -> Any:
    """Return the class-based view that a reader reads, unless the class or the reader says who may see it."""
    view = getattr(function.func, "class_view", None)
    if view is None or function.auth is not None or function.is_unguarded or view.is_decorated:
        return None
    return None if hasattr(view.cls, "handle_no_permission") else view


def _is_guarded(view: Any) -> bool:
    """Return whether a view is inside a decorator of django.contrib.auth, such as ``login_required``."""
    while view is not None:
        if getattr(view, "__globals__", {}).get("__name__") == "django.contrib.auth.decorators":
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def _declared() -> Iterable[Function]:
    """Return the registered functions, and those that are only views of the URLconf; each once."""
    found = {function.declaration: function for function in registry.graph.functions.values()}
    if getattr(settings, "ROOT_URLCONF", None):
        for _, view in walk_urlconf():
            function = getattr(view, "mizan", None)
            if isinstance(function, Function):
                found.setdefault(function.declaration, function)
    return found.values()


def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report middleware and URLs that the declared functions need and the settings lack."""
    functions = registry.graph.functions.values()
    guarded = next((each for each in functions if each.auth is not None and each.auth.level), None)
    found: list[CheckMessage] = []
    if not functions:
        return found
    if guarded is not None and not is_installed(AUTHENTICATION):
        found.append(
            Error(
                f"{guarded.place} has auth=, but nobody can be logged in: {AUTHENTICATION!r} is missing.",
                hint="Add it to MIDDLEWARE, after SessionMiddleware.",
                obj=guarded,
                id="mizan_htmx.E007",
            )
        )
    if not is_installed(MIDDLEWARE):
        found.append(
            Warning(
                f"{MIDDLEWARE!r} is not in MIDDLEWARE.",
                hint="Add it as the last one. Without it plain views can't call invalidate(), and"
                " the invalidations of an async mutation that fails are not sent.",
                id="mizan_htmx.W001",
            )
        )
    if conf.single_flight and not is_installed(MIDDLEWARE):
        found.append(
            Warning(
                f"MIZAN_SINGLE_FLIGHT is on, but no response brings blocks along without {MIDDLEWARE!r}.",
                hint="Add it at the end of MIDDLEWARE, or remove the setting.",
                id="mizan_htmx.W006",
            )
        )
    try:
        reverse("mizan:call")
    except NoReverseMatch:
        found.append(
            Warning(
                "The endpoints of mizan_htmx have no URL: nothing can be called, and no block can refresh.",
                hint='Add path("api/mizan/", include("mizan_htmx.urls")) to the URLconf.',
                id="mizan_htmx.W002",
            )
        )
    return found


def check_lag(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report a ``MIZAN_REPLICA_LAG`` that is neither seconds nor a function."""
    try:
        _ = conf.replica_lag
    except ImproperlyConfigured as error:
        hint = "docs/live.md has a function that measures the lag of a replica."
        return [Error(str(error), hint=hint, id="mizan_htmx.E010")]
    return []


# ---- Models, live contexts and channels ----


def check_watches(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report watched models whose context is not declared."""
    groups = registry.graph.groups
    return [
        Error(
            f"{watch.place} watches {watch.model.__name__} for the unknown context {watch.context!r}.",
            hint=suggest(watch.context, groups, what="contexts"),
            obj=watch.model,
            id="mizan_htmx.E009",
        )
        for watch in registry.watches
        if watch.context not in groups
    ]


def check_watchers(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report live contexts with a guarded and an open reader: everybody may watch such a context."""
    graph = registry.graph
    found: list[CheckMessage] = []
    for name in sorted(graph.live):
        deciders = graph.groups[name].deciders
        guarded = [each for each in deciders if graph.auth_of(each) is not None]
        silent = [each for each in deciders if graph.auth_of(each) is None and not each.is_open]
        if guarded and silent:
            found.append(
                Warning(
                    f"{silent[0].place} has no auth=, so everybody may watch the live context {name!r},"
                    f" which {guarded[0].place} guards.",
                    hint="Add auth= to it, or private=True if only templates read it. If everybody may learn"
                    " when the context changes, write auth=False.",
                    obj=silent[0],
                    id="mizan_htmx.W011",
                )
            )
    return found


def check_live(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report what keeps invalidations of live contexts, and channel messages, from reaching all pages."""
    live = sorted(registry.graph.live)
    if live and find_spec("channels") is None:
        return [
            Warning(
                f"Live contexts ({', '.join(live)}) need the package 'channels', which is not installed:"
                " pages are not refreshed when something changes elsewhere.",
                hint='pip install "mizan_htmx[channels]", or remove live=True.',
                id="mizan_htmx.W003",
            )
        ]
    layer = getattr(settings, "CHANNEL_LAYERS", {}).get("default", {}).get("BACKEND", IN_MEMORY_LAYER)
    if layer != IN_MEMORY_LAYER or not (live or registry.channels):
        return []
    return [
        Warning(
            "CHANNEL_LAYERS has no layer that processes share: what a task, the shell or another server"
            " process publishes does not reach the pages of this process.",
            hint="If there is more than one process, configure channels_redis.core.RedisChannelLayer as"
            " 'default'. If there is only one, add 'mizan_htmx.W004' to SILENCED_SYSTEM_CHECKS.",
            id="mizan_htmx.W004",
        )
    ]


# ---- Public contexts and edges ----


def check_public(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report settings under which responses of public contexts are private."""
    public = sorted(registry.graph.public)
    if not public or not settings.CSRF_USE_SESSIONS:
        return []
    return [
        Warning(
            f"Context {public[0]!r} is public, but CSRF_USE_SESSIONS makes every response vary by cookie,"
            " so no cache shares one.",
            hint="Set CSRF_USE_SESSIONS = False: the CSRF token then has a cookie of its own.",
            id="mizan_htmx.W005",
        )
    ]


def check_edges(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report edges that are configured wrongly, and those that a purge reaches only in part."""
    loaded = edge_settings.loaded
    problems = [
        Error(problem, hint="docs/cdn.md lists the options of every edge.", id="mizan_htmx.E020")
        for problem in loaded.problems
    ]
    by_url = [
        Warning(
            f"{edge!r} purges by URL. Copies under another spelling of a URL, such as /profile/005/ or with"
            " ?utm_source=, stay until max_age is over.",
            hint="Use an edge that purges by tags; or keep max_age short, and add 'mizan_htmx.W020' to"
            " SILENCED_SYSTEM_CHECKS.",
            id="mizan_htmx.W020",
        )
        for edge in loaded.edges
        if edge.by == "addresses"
    ]
    return [*problems, *by_url]


# ---- Template loaders ----

_WRITE_OUT = (
    "write 'template_partials.apps.SimpleAppConfig' into INSTALLED_APPS, and into TEMPLATES, without"
    " APP_DIRS, OPTIONS = {'loaders': [('template_partials.loader.Loader',"
    " [('django.template.loaders.cached.Loader', [your loaders])])]}. docs/settings.md has the whole setting."
)


def check_partials(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report template loaders that were replaced, and before Django 6.0 if none finds partials."""
    found: list[CheckMessage] = []
    has_partials = django.VERSION >= (6, 0)
    lost = ", ".join(map(repr, lost_loaders()))
    if lost:
        remove = "Remove 'template_partials' from INSTALLED_APPS: Django has partials built in."
        found.append(
            Error(
                f"'template_partials' has replaced the site's template loaders: {lost} is lost.",
                hint=remove if has_partials else f"To keep them, {_WRITE_OUT}",
                id="mizan_htmx.E018",
            )
        )
    if not has_partials and not _finds_partials():
        found.append(
            Error(
                "No template engine finds partials: 'profile.html#card' can't be rendered or included.",
                hint="Add 'template_partials' to INSTALLED_APPS; Django 6.0 has them built in. If the site,"
                f" or another app, has template loaders of its own, {_WRITE_OUT}",
                id="mizan_htmx.E008",
            )
        )
    return found


def _finds_partials() -> bool:
    backends = [each for each in engines.all() if isinstance(each, DjangoTemplates)]
    loaders = [loader for backend in backends for loader in backend.engine.template_loaders]
    return not backends or any(type(each).__module__ == "template_partials.loader" for each in loaders)


def watch_loaders() -> None:
    """Compare the loaders of ``TEMPLATES`` before and after ``template_partials`` is ready.

    That app overwrites the setting, so the loaders that the site, or the ``ready()`` of another app, had
    configured can't be found out later. Call this when all apps are loaded and none is ready yet.
    """
    for app in apps.get_app_configs():
        if app.name == PARTIALS_APP:
            app.ready = partial(_compare, app, app.ready)  # type: ignore[method-assign]


def lost_loaders() -> tuple[str, ...]:
    """Return the loaders that were configured until ``template_partials`` was ready."""
    found = (app for app in apps.get_app_configs() if app.name == PARTIALS_APP)
    return next((getattr(app, "mizan_lost", ()) for app in found), ())


def _compare(app: AppConfig, ready: Callable[[], None]) -> None:
    before = [_loaders_of(each) for each in settings.TEMPLATES]
    ready()
    after = [_loaders_of(each) for each in settings.TEMPLATES]
    lost = [loader for was, now in zip(before, after, strict=True) for loader in was if loader not in now]
    app.mizan_lost = tuple(dict.fromkeys(name for name, _ in lost))  # type: ignore[attr-defined]


def _loaders_of(engine: dict[str, Any]) -> list[_Loader]:
    return list(_innermost(engine.get("OPTIONS", {}).get("loaders") or ()))


def _innermost(loaders: Any) -> Iterator[_Loader]:
    for each in loaders:
        name, *arguments = [each] if isinstance(each, str) else each
        if name in _WRAPPERS and arguments:
            yield from _innermost(arguments[0])
        else:
            yield name, repr(arguments)


def _after_urlconf(check: Check) -> Check:
    """Load the URLconf before a check: modules that only it imports register functions, too."""

    @wraps(check)
    def complete(**kwargs: Any) -> list[CheckMessage]:
        load_urlconf()
        return check(**kwargs)

    return complete


# Made once: Django compares checks by identity, so that registering them again adds none.
_CHECKS = tuple(
    _after_urlconf(check)
    for check in (
        check_declarations,
        check_methods,
        check_class_views,
        check_settings,
        check_lag,
        check_watches,
        check_watchers,
        check_live,
        check_public,
        check_edges,
        check_partials,
    )
)
