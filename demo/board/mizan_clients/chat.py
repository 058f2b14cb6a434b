"""The chat of a board: what was said, and saying something."""

from typing import Annotated

from pydantic import BaseModel, StringConstraints

from demo.board.access import Request, is_member, sees_board
from demo.board.contexts import CHAT
from demo.board.models import ChatMessage
from demo.board.shapes import NO_NUL, ChatLine
from mizan_htmx import client
from mizan_htmx.channels import Channel

KEPT = 50


@client(context=CHAT, auth=sees_board)
def chat(request: Request, board_id: int) -> list[ChatLine]:
    """Read the latest fifty messages on a board, the newest at the end."""
    latest = ChatMessage.objects.filter(board_id=board_id).select_related("author").order_by("-pk")[:KEPT]
    return [ChatLine.of(each) for each in reversed(latest)]


class ChatChannel(Channel):
    """The chat of a board: stores each message, and sends it to everybody who has the board open."""

    class Params(BaseModel):
        """The board of the chat."""

        board_id: int

    class DjangoMessage(ChatLine):
        """A message, as ``chat`` returns it."""

    class ReactMessage(BaseModel):
        """A message to send."""

        text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), NO_NUL]

    def authorize(self, params: Params) -> bool:
        """Allow members of the board."""
        return is_member(self.user, params.board_id)

    def group(self, params: Params) -> str:
        """Return the group of a board."""
        return f"chat_{params.board_id}"

    def receive(self, params: Params, msg: ReactMessage) -> DjangoMessage:
        """Store the message, and send it to the group."""
        # By key: a user who subscribed an hour ago may have been renamed since.
        said = ChatMessage.objects.create(board_id=params.board_id, author_id=self.user.pk, text=msg.text)
        return self.DjangoMessage.of(said)
