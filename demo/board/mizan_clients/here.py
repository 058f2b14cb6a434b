"""Who is here: the people who are looking at a board now."""

from uuid import uuid4

from pydantic import BaseModel

from demo.board.access import Request, is_member, sees_board
from demo.board.contexts import HERE
from demo.board.presence import leave, people_on, renew
from mizan_htmx import client
from mizan_htmx.channels import Channel


@client(context=HERE, auth=sees_board)
def people_here(request: Request, board_id: int) -> list[int]:
    """List the people who are looking at a board now, by name."""
    return people_on(board_id)


class HereChannel(Channel):
    """The presence of a board: each open page is subscribed, and renews its presence from time to time."""

    class Params(BaseModel):
        """The board that the page shows."""

        board_id: int

    class ReactMessage(BaseModel):
        """Still here."""

    def authorize(self, params: Params) -> bool:
        """Allow members of the board."""
        return is_member(self.user, params.board_id)

    def group(self, params: Params) -> str:
        """Return the group of a board; nothing is sent to it, because the context ``here`` is live."""
        return f"here_{params.board_id}"

    def on_connect(self, params: Params) -> None:
        """Record the page."""
        self.page = uuid4()
        self.receive(params, self.ReactMessage())

    def receive(self, params: Params, msg: ReactMessage) -> None:
        """Renew the record."""
        renew(self.page, board_id=params.board_id, person_id=self.user.pk)

    def on_disconnect(self, params: Params) -> None:
        """Remove the record."""
        leave(self.page)
