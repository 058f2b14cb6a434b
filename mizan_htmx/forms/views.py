"""The HTML views of forms and formsets: show, submit, validate while typing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import escape
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.views.decorators.csrf import csrf_exempt
from django_htmx.http import HttpResponseClientRedirect

from mizan_htmx.declarations.functions import Function
from mizan_htmx.errors import NotFound, ValidationFailed
from mizan_htmx.forms import rendering
from mizan_htmx.forms.binding import is_form, make_form, make_formset
from mizan_htmx.forms.hook_errors import HOOK_ERRORS, form_of_error
from mizan_htmx.http.arguments import Arguments, read_body
from mizan_htmx.http.csrf import CsrfFailed, check_csrf
from mizan_htmx.http.error_headers import remember_error
from mizan_htmx.http.error_responses import html_error_response, refusal_of
from mizan_htmx.http.execution import admit, execute
from mizan_htmx.http.lifecycle import respond
from mizan_htmx.invalidation.recorder import Recorder, roll_back
from mizan_htmx.localization import localize_response, localized_as_page
from mizan_htmx.protocol.headers import ERROR_HEADER
from mizan_htmx.setup.registry import registry


@dataclass(frozen=True, slots=True)
class _Kind:
    """What differs between a form and its formset."""

    functions: str
    make: Callable[..., Any]
    write: Callable[..., SafeString]


_FORM = _Kind("", make_form, rendering.write_form)
_FORMSET = _Kind("formset.", make_formset, rendering.write_formset)

_Work = Callable[[HttpRequest, Any, Recorder], HttpResponseBase]

_SUBMIT = ("GET", "HEAD", "POST")
_VALIDATE = ("POST",)


# The views check CSRF themselves, so that a form that was open for a long time can show what happened. The
# form's own ``auth`` decides who may use it.
@csrf_exempt
@login_not_required
def form(request: HttpRequest, name: str) -> HttpResponseBase:
    """Show or submit a form; respond with 422 and its errors, or with what its hook returned."""
    return _respond(request, name, _SUBMIT, partial(_answer, _FORM))


@csrf_exempt
@login_not_required
def validate(request: HttpRequest, name: str) -> HttpResponseBase:
    """Render a form with the errors of the controls that the visitor has left."""
    return _respond(request, name, _VALIDATE, partial(_check, _FORM))


@csrf_exempt
@login_not_required
def formset(request: HttpRequest, name: str) -> HttpResponseBase:
    """Show or submit the formset of a form that enables it, as ``form`` does a form."""
    return _respond(request, name, _SUBMIT, partial(_answer, _FORMSET))


@csrf_exempt
@login_not_required
def formset_validate(request: HttpRequest, name: str) -> HttpResponseBase:
    """Render a formset as ``validate`` does a form."""
    return _respond(request, name, _VALIDATE, partial(_check, _FORMSET))


def _respond(request: HttpRequest, name: str, methods: Sequence[str], work: _Work) -> HttpResponseBase:
    """Respond in the language and time zone of the page that the form is on."""
    with localized_as_page(request):
        response = respond(request, methods, partial(_receive, name, work), _failure)
        response.headers.setdefault("Cache-Control", "no-store")
        return localize_response(request, response)


def _receive(name: str, work: _Work, request: HttpRequest, recorder: Recorder) -> HttpResponseBase:
    if request.method == "POST":
        check_csrf(request)
        read_body(request)  # raises TooLarge or BadRequest
    cls = registry.forms.get(name)
    if cls is None:
        raise NotFound()
    return work(request, cls, recorder)


def _failure(request: HttpRequest, error: Exception) -> HttpResponseBase:
    if isinstance(error, CsrfFailed) and _is_htmx(request):
        reason = escape(error.message)  # its message may repeat a header
        return HttpResponse(reason, status=error.status, headers={ERROR_HEADER: "CSRF"})
    return html_error_response(request, error)


def _is_htmx(request: HttpRequest) -> bool:
    """Return whether the response is a part of a page; a boosted request gets a whole page."""
    return "HX-Request" in request.headers and "HX-Boosted" not in request.headers


def _function(cls: Any, name: str) -> Function:
    function = registry.graph.functions.get(f"{cls.mizan.name}.{name}")
    if function is None:
        raise NotFound()
    return function


def _answer(kind: _Kind, request: HttpRequest, cls: Any, recorder: Recorder) -> HttpResponseBase:
    submit = _function(cls, f"{kind.functions}submit")
    if request.method != "POST":
        admit(submit, request, Arguments(()))
        return _page(request, cls, kind.write(cls, request, kind.make(cls, request), form_id=""), status=200)
    if not is_form(request):
        admit(submit, request, Arguments(()))
        raise ValidationFailed(
            message="This URL takes a page's form, urlencoded or multipart. Send JSON to call/."
        )
    form_id = rendering.posted_id(request)
    try:
        outcome = execute(submit, request, Arguments(()), recorder).outcome
    except HOOK_ERRORS as error:
        return _refused(kind, request, cls, recorder, error)
    if isinstance(outcome.returned, HttpResponseBase):
        return _redirect_for_htmx(request, outcome.returned)
    if not outcome.success:
        return _page(request, cls, kind.write(cls, request, outcome.form, form_id=form_id), status=422)
    if not _is_htmx(request):
        _add_success_message(request, cls)
        return HttpResponseRedirect(_page_url(request, cls))
    if isinstance(outcome.returned, dict):
        return HttpResponse(
            rendering.render_success(
                cls, request, bound=outcome.form, content=outcome.returned, form_id=form_id
            )
        )
    fresh = kind.make(cls, request)
    return HttpResponse(kind.write(cls, request, fresh, form_id=form_id, success=True))


def _refused(
    kind: _Kind, request: HttpRequest, cls: Any, recorder: Recorder, error: Exception
) -> HttpResponseBase:
    """Respond with the form and the errors that its hook has raised."""
    bound = form_of_error(error)
    if bound is None:
        raise error
    refusal = refusal_of(error)
    html = kind.write(cls, request, bound, form_id=rendering.posted_id(request))
    response = _page(request, cls, html, status=refusal.status)
    remember_error(request, refusal)
    roll_back(recorder)
    return response


def _check(kind: _Kind, request: HttpRequest, cls: Any, recorder: Recorder) -> HttpResponseBase:
    admit(_function(cls, f"{kind.functions}validate"), request, Arguments(()))
    bound = kind.make(cls, request, request.POST, request.FILES)
    touched = set(request.POST.getlist(rendering.TOUCHED_FIELD))
    for each in getattr(bound, "forms", [bound]):
        for name in list(each.errors):
            if touched.isdisjoint(rendering.shown_names(each, name)):
                del each.errors[name]
    if kind is _FORMSET and rendering.ALL not in touched:
        bound.non_form_errors().clear()
    return HttpResponse(kind.write(cls, request, bound, form_id=rendering.posted_id(request)))


def _add_success_message(request: HttpRequest, cls: Any) -> None:
    """Add the form's message for the next page, unless the hook has added one."""
    if not getattr(messages.get_messages(request), "added_new", False):
        messages.success(request, str(cls.success_message), fail_silently=True)


def _page(request: HttpRequest, cls: Any, html: SafeString, *, status: int) -> HttpResponse:
    """Respond with the form, and for a visitor without JavaScript with a page around it."""
    if not _is_htmx(request):
        html = rendering.render_page(cls, request, html)
    return HttpResponse(html, status=status)


def _page_url(request: HttpRequest, cls: Any) -> str:
    """Return the URL of the page that the form is on, if it is one of this site."""
    referer = request.headers.get("Referer", "")
    own = {request.get_host()}
    if url_has_allowed_host_and_scheme(referer, allowed_hosts=own, require_https=request.is_secure()):
        return referer
    return reverse("mizan:form", args=[cls.mizan.name])


def _redirect_for_htmx(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return a redirect as HX-Redirect for htmx, which would follow a plain one without leaving the page."""
    if not (_is_htmx(request) and 300 <= response.status_code < 400 and "Location" in response.headers):
        return response
    redirect = HttpResponseClientRedirect(response.headers["Location"])
    for name, value in response.headers.items():
        if name != "Location":
            redirect.headers.setdefault(name, value)
    redirect.cookies = response.cookies
    return redirect
