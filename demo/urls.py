"""The demo's URLs."""

from django.urls import include, path

from demo.board import mizan_clients as board
from demo.board import views

urlpatterns = [
    path("", board.boards_page, name="boards"),
    path("boards/new/", board.create_board, name="create_board"),
    path("boards/<int:board_id>/", board.board_page, name="board"),
    path("cards/<int:card_id>/", board.card_page, name="card"),
    path("cards/<int:card_id>/attachment/", board.attachment, name="attachment"),
    path("cards/<int:card_id>/assign/", board.assignee_picker, name="assignee_picker"),
    path("people/<int:user_id>/", board.profile_page, name="profile"),
    path("people/<int:user_id>/rename/", board.rename_person, name="rename_person"),
    path("people/<int:user_id>/notifications/", board.open_notifications, name="open_notifications"),
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-in/as/<int:user_id>/", views.sign_in_as, name="sign_in_as"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("sign-up/", views.sign_up, name="sign_up"),
    path("contact/", views.contact, name="contact"),
    path("help/", board.help_page, name="help"),
    path("help/helped/", board.say_it_helped, name="say_it_helped"),
    path("api/mizan/", include("mizan_htmx.urls")),
]
