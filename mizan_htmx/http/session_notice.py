"""The session notice, which a page shows when its session has ended."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.urls import NoReverseMatch
from django.utils.http import url_has_allowed_host_and_scheme

from mizan_htmx.caching.responses import PRIVATE
from mizan_htmx.http.error_responses import login_url_for
from mizan_htmx.localization import localize_response, localized_as_page

TEMPLATE = "mizan_htmx/session.html"


@login_not_required
def notice(request: HttpRequest) -> HttpResponseBase:
    """Render the session notice, with a link to the login page and back to ``?next=`` of this site."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    with localized_as_page(request):
        back = request.GET.get("next", "")
        response = render(request, TEMPLATE, {"login_url": _login_url(back)})
        localize_response(request, response)
    response.headers["Cache-Control"] = PRIVATE
    return response


def _login_url(back: str) -> str | None:
    is_local = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    try:
        return login_url_for(back) if is_local else resolve_url(settings.LOGIN_URL)
    except NoReverseMatch:  # a site without a login page
        return None
