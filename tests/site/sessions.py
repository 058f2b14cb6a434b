"""Pages for visitors whose session ends, and who have other tabs."""

from django.contrib import auth
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from mizan_htmx import client, invalidate
from tests.site.gates import pass_gate
from tests.site.models import Person


@client(context="letter", auth=True)
def letter(request: HttpRequest) -> str:
    """Read what is only for who is signed in, and is another text for each of them."""
    return f"{request.user}: {Person.objects.get(pk=5).name}"


@client(affects=["user", "letter"], auth=True)
def sign(request: HttpRequest, name: str) -> str:
    """Change person 5 on the RPC path, where one has to be signed in; refused by 401."""
    Person.objects.filter(pk=5).update(name=name)
    return name


@client(affects=["user", "letter"], auth=True)
def seal(request: HttpRequest, name: str) -> HttpResponse:
    """Change person 5 on the view path, where one has to be signed in; refused by 401."""
    Person.objects.filter(pk=5).update(name=name)
    return HttpResponse(status=204)


@login_required
def write(request: HttpRequest) -> HttpResponse:
    """Change person 5 in a view of Django's kind, which sends to the login page who is not signed in."""
    Person.objects.filter(pk=5).update(name=request.POST["name"] + request.POST.get("how", ""))
    invalidate(request, "user", user_id=5)
    invalidate(request, "letter")
    return HttpResponse(status=204)


def page(request: HttpRequest) -> HttpResponse:
    """Show a block for everybody, one for who is signed in, and many ways to change both."""
    return render(request, "site/sessions.html")


class Enter(LoginView):
    """Sign in; a wrong password is answered by 401."""

    template_name = "site/sessions_enter.html"

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Show the form again."""
        return self.render_to_response(self.get_context_data(form=form), status=401)


def leave(request: HttpRequest) -> HttpResponse:
    """Sign out, and show a page that says so; slow while a test holds the gate."""
    auth.logout(request)
    pass_gate()
    return render(request, "site/base.html")


urlpatterns = [
    path("sessions/", page, name="sessions"),
    path("sessions/enter/", Enter.as_view(), name="enter"),
    path("sessions/leave/", leave, name="leave_sessions"),
    path("sessions/write/", write, name="write"),
    path("sessions/seal/", seal, name="seal"),
]
