"""What the first load of a board of the demo costs: requests, and bytes on the wire."""

from urllib.parse import urlsplit

from playwright.async_api import Request

from tests.browser.helpers.board import Enter
from tests.browser.helpers.tab import on_shipped_htmx
from tests.helpers.demo import Board

REQUESTS = 10
BYTES = 130_000  # headers included


@on_shipped_htmx
async def test_the_first_load_of_a_board_is_light(enter: Enter, board: Board) -> None:
    tab = await enter("mara", board.path)
    client = await tab.page.context.new_cdp_session(tab.page)
    await client.send("Network.enable")
    await client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    loaded: list[Request] = []
    tab.page.on("requestfinished", lambda request: loaded.append(request))

    await tab.page.reload()
    await tab.page.wait_for_load_state("networkidle")

    paths = [urlsplit(request.url).path for request in loaded]
    assert len(paths) <= REQUESTS, " ".join(paths)
    sizes = [await request.sizes() for request in loaded]
    assert sum(each["responseBodySize"] + each["responseHeadersSize"] for each in sizes) <= BYTES
