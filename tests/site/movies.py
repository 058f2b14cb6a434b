"""A list of movies as a Django site writes it: a queryset for templates, a watched model, a plain view."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from mizan_htmx import client, watch_model
from tests.apps.movies.models import Movie


@client(context="movies")
def movies(request: HttpRequest) -> QuerySet[Movie]:
    """Return all movies."""
    return Movie.objects.order_by("title")


watch_model(Movie, "movies", lambda movie: {})


def page(request: HttpRequest) -> HttpResponse:
    """Show the movies and how many they are."""
    return render(request, "site/movies.html")


def add(request: HttpRequest) -> HttpResponse:
    """Add a movie."""
    Movie.objects.create(title=request.POST["title"])
    return HttpResponse(status=204)


urlpatterns = [path("movies/", page, name="movies"), path("movies/add/", add, name="add_movie")]
