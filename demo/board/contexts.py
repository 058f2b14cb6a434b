"""The live contexts: a page that shows one is refreshed when somebody else changes it.

The others are plain names where they are used, because nobody else can change them.
"""

from mizan_htmx import Context

ACTIVITY = Context("activity", live=True)
BOARD = Context("board", live=True)
BOARDS = Context("boards", live=True)
CARD = Context("card", live=True)
CHAT = Context("chat", live=True)
COLUMN = Context("column", live=True)
COLUMNS = Context("columns", live=True)
HELPED = Context("helped", live=True, public=True, max_age=3600)
HERE = Context("here", live=True)
NOTIFICATIONS = Context("notifications", live=True)
PROGRESS = Context("progress", live=True)
USER = Context("user", live=True)
