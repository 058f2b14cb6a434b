"""Addresses of the test project."""

from django.urls import include, path

from tests.site import live, public, views
from tests.site import mizan_clients as clients

urlpatterns = [
    path("api/mizan/", include("mizan_htmx.urls")),
    path("people/", views.people, name="people"),
    path("async/people/", views.people_async, name="people_async"),
    path("people/<int:user_id>/", views.person, name="person"),
    path("people/<int:user_id>/rename/", clients.rename, name="rename"),
    path("people/<int:user_id>/rename-async/", clients.rename_async, name="rename_async"),
    path("people/<int:user_id>/show/", clients.rename_and_show, name="rename_and_show"),
    path("people/<int:user_id>/fail/", clients.rename_and_fail, name="rename_and_fail"),
    path("people/<int:user_id>/redirect/", clients.rename_and_redirect, name="rename_and_redirect"),
    path("people/<int:user_id>/move/", clients.rename_and_move, name="rename_and_move"),
    path("profile/<int:user_id>/", clients.profile_page, name="profile"),
    path("board/<int:board_id>/", views.board, name="board"),
    path("cards/<int:card_id>/remove/", clients.remove_card, name="remove_card"),
    path("cards/<int:card_id>/retitle/", clients.retitle_card, name="retitle_card"),
    path("tag/", views.tag, name="tag"),
    path("answer/", views.answer, name="answer"),
    path("forms/<str:name>/", views.form, name="form"),
    path("formsets/<str:name>/", views.formset, name="formset"),
    path("cards/<int:user_id>/", views.card, name="card"),
    path("login/", views.login, name="login"),
    path("live/", views.live, name="live"),
    path("live/<int:card_id>/write/", live.write_note, name="write_note"),
    path("live/<int:card_id>/show/", live.write_and_show, name="write_and_show"),
    path("live/leave/", views.leave, name="leave"),
    path("talk/<int:board_id>/", views.talk, name="talk"),
    path("inside/", views.inside, name="inside"),
    path("fragment/", views.fragment, name="fragment"),
    path("slogan/<str:build>/", public.slogan_page, name="slogan"),
    path("slogan/change/now/", public.change_slogan, name="change_slogan"),
    path("", include("tests.site.answers")),
    path("", include("tests.site.bundles")),
    path("", include("tests.site.together")),
    path("", include("tests.site.markup")),
    path("", include("tests.site.fields")),
    path("", include("tests.site.keep")),
    path("", include("tests.site.languages")),
    path("", include("tests.site.sessions")),
    path("", include("tests.site.pace")),
    path("", include("tests.site.provenance")),
    path("", include("tests.site.errors")),
]
