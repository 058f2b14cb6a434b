"""A list page as a site writes it with django-filter and django-tables2: one reader, three live blocks."""

import csv
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.http import require_POST
from django_filters import CharFilter, FilterSet
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin, Table, TemplateColumn

from mizan_htmx import Context, client, watch_model
from mizan_htmx.generic import read_view
from tests.site.gates import pass_gate
from tests.site.models import Album


class AlbumFilter(FilterSet):  # type: ignore[misc]
    """What visitors search for."""

    q = CharFilter(field_name="title", lookup_expr="icontains", label="Search")

    class Meta:
        """A field to type in, and one to choose from."""

        model = Album
        fields = ("q", "genre")


class AlbumTable(Table):  # type: ignore[misc]
    """Albums in the order that visitors want, with a button for each."""

    remove = TemplateColumn(template_name="site/_album_remove.html", orderable=False, verbose_name="")

    class Meta:
        """What is shown of an album."""

        model = Album
        fields = ("title", "genre", "year")
        order_by = "pk"
        empty_text = "No albums found."


class AlbumList(SingleTableMixin, FilterView):  # type: ignore[misc]
    """The page."""

    queryset = Album.objects.order_by("pk")
    filterset_class = AlbumFilter
    table_class = AlbumTable
    table_pagination: ClassVar = {"per_page": 3}
    template_name = "site/albums.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the list; slow while a test holds the gate."""
        pass_gate()
        found: HttpResponse = super().get(request)
        return found


album_list = client(context=Context("albums", live=True))(read_view(AlbumList, query="q genre sort page"))
watch_model(Album, "albums", lambda album: {})


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove an album, and show the page again where there are no scripts."""
    Album.objects.filter(pk=pk).delete()
    is_htmx = "HX-Request" in request.headers
    return HttpResponse(status=204) if is_htmx else redirect(f"{reverse('albums')}?{request.POST['query']}")


def export(request: HttpRequest) -> HttpResponse:
    """Write all albums that the filters find as a file, in the order of the table."""
    found = AlbumFilter(request.GET, AlbumList.queryset.all()).qs
    table = AlbumTable(found, order_by=request.GET.getlist("sort"), exclude=["remove"])
    response = HttpResponse(content_type="text/csv")
    csv.writer(response).writerows(table.as_values())
    return response


urlpatterns = [
    path("albums/", AlbumList.as_view(), name="albums"),
    path("albums/export/", export, name="export_albums"),
    path("albums/<int:pk>/remove/", remove, name="remove_album"),
]
