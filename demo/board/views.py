"""Signing in, out and up, and the pages of forms that are open to everybody."""

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.views import LoginView
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from demo.board.models import Person
from demo.board.sessions import enter, leave


def people_to_be() -> QuerySet[Person]:
    """List the demo's own people; people with an account of their own have a password."""
    own = Person.objects.filter(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    return own.filter(is_active=True, is_staff=False)


class SignIn(LoginView):
    """Show the sign-in form; in demo mode, visitors can also choose a person without a password."""

    template_name = "board/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Add the people to choose from."""
        people = people_to_be() if settings.DEMO_MODE else []
        return super().get_context_data(**kwargs, demo_mode=settings.DEMO_MODE, people=people)


@require_POST
def sign_in_as(request: HttpRequest, user_id: int) -> HttpResponse:
    """Sign in as one of the demo's people, without a password; in demo mode only."""
    if not settings.DEMO_MODE:
        raise Http404
    enter(request, get_object_or_404(people_to_be(), pk=user_id))
    return redirect(_next_page(request))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    leave(request)
    return redirect("sign_in")


@require_safe
def sign_up(request: HttpRequest) -> HttpResponse:
    """Show the sign-up form; in demo mode only."""
    if not settings.DEMO_MODE:
        raise Http404
    if request.user.is_authenticated:
        return redirect("boards")
    return render(request, "board/sign_up.html")


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """Show the contact form, and the visitor's earlier messages."""
    return render(request, "board/contact.html")


def _next_page(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    is_own = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_own else settings.LOGIN_REDIRECT_URL
