"""Who is here: the people who look at a board now."""

from uuid import uuid4

from pydantic import BaseModel

from demo.board.access import Request, is_member, sees_board
from demo.board.contexts import HERE
from demo.board.presence import leave, people_on, renew
from mizan_htmx import client
from mizan_htmx.channels import Channel


@client(context=HERE, auth=sees_board)
def people_here(request: Request, board_id: int) -> list[int]:
    """List who looks at a board now, by name."""
    return people_on(board_id)


class HereChannel(Channel):
    """A page of a board is subscribed to it while it is open, and says now and then that it still is."""

    class Params(BaseModel):
        """The board that the page shows."""

        board_id: int

    class ReactMessage(BaseModel):
        """Still here."""

    def authorize(self, params: Params) -> bool:
        """Allow it to members of the board."""
        return is_member(self.user, params.board_id)

    def group(self, params: Params) -> str:
        """Name the group of a board; nothing is sent to it, because the context ``here`` is live."""
        return f"here_{params.board_id}"

    def on_connect(self, params: Params) -> None:
        """Put the page down."""
        self.page = uuid4()
        self.receive(params, self.ReactMessage())

    def receive(self, params: Params, msg: ReactMessage) -> None:
        """Renew what was put down."""
        renew(self.page, board_id=params.board_id, person_id=self.user.pk)

    def on_disconnect(self, params: Params) -> None:
        """Take the page away."""
        leave(self.page)
