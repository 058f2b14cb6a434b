"""What the board's pages read, and what changes it. mizan_htmx imports this module at start.

=================  ===============  ================================================
context            parameter        what it is
=================  ===============  ================================================
``user``           ``user_id``      a person: name, initials, colour
``notifications``  ``user_id``      the unread notifications of a person
``messages``       ``user_id``      what a person has written to us
``boards``         ``user_id``      which boards a person is a member of
``board``          ``board_id``     a board's title, purpose and members
``columns``        ``board_id``     which columns a board has, in order
``progress``       ``board_id``     how many cards of a board are done
``activity``       ``board_id``     what happened on a board
``chat``           ``board_id``     what was said on a board
``here``           ``board_id``     who is looking at a board now
``helped``                          how often the page that explains the demo helped
``column``         ``column_id``    a column's title, and which cards it has, in order
``card``           ``card_id``      a card
=================  ===============  ================================================

All but ``messages`` are live: pages that show one are refreshed over the socket when it changes.
``helped`` is public: a cache in front of the site may keep it.
They are narrow, because everything in a context becomes stale together: renaming a card invalidates its
``card``, but not the ``column`` around it.
"""

from demo.board.mizan_clients.boards import (
    activity,
    add_column,
    board,
    board_page,
    boards_of,
    boards_page,
    columns_of,
    create_board,
    member_ids,
    progress,
    rename_board,
)
from demo.board.mizan_clients.cards import (
    add_card,
    assign_card,
    assignee_picker,
    attachment,
    card,
    card_page,
    delete_card,
    move_card,
    rename_card,
)
from demo.board.mizan_clients.chat import ChatChannel, chat
from demo.board.mizan_clients.checklist import ChecklistItemForm
from demo.board.mizan_clients.columns import (
    card_ids,
    column,
    delete_column,
    move_column,
    rename_column,
)
from demo.board.mizan_clients.contact import ContactForm, messages_of
from demo.board.mizan_clients.details import CardForm
from demo.board.mizan_clients.help import help_page, helped, say_it_helped
from demo.board.mizan_clients.here import HereChannel, people_here
from demo.board.mizan_clients.people import (
    open_notifications,
    person,
    profile_page,
    rename_person,
    unread,
)
from demo.board.mizan_clients.sign_up import SignUpForm

__all__ = [
    "CardForm",
    "ChatChannel",
    "ChecklistItemForm",
    "ContactForm",
    "HereChannel",
    "SignUpForm",
    "activity",
    "add_card",
    "add_column",
    "assign_card",
    "assignee_picker",
    "attachment",
    "board",
    "board_page",
    "boards_of",
    "boards_page",
    "card",
    "card_ids",
    "card_page",
    "chat",
    "column",
    "columns_of",
    "create_board",
    "delete_card",
    "delete_column",
    "help_page",
    "helped",
    "member_ids",
    "messages_of",
    "move_card",
    "move_column",
    "open_notifications",
    "people_here",
    "person",
    "profile_page",
    "progress",
    "rename_board",
    "rename_card",
    "rename_column",
    "rename_person",
    "say_it_helped",
    "unread",
]
