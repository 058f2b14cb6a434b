"""What an answer to a refresh says counts once on the builds of htmx that django-htmx ships, too."""

from tests.browser.blocks.test_refresh_headers import hear, heard, over, told
from tests.browser.helpers.tab import REPORTS, Tab, on_shipped_htmx
from tests.site.answers import answering

pytestmark = on_shipped_htmx


async def test_an_answer_speaks_once_and_a_failure_is_told_once(tab: Tab, htmx: str) -> None:
    await tab.open("/together/2/")
    await tab.hold_retries()
    await hear(tab, "note", *told(htmx))
    with answering(HX_Trigger="note", HX_Retarget="#shown", HX_Reswap="innerHTML", HX_Push_Url="/x/"):
        await tab.invalidate("user, shaky")
        await tab.happens("refreshed", 3)
        await over(tab)
    assert [name for name, *_ in await heard(tab)] == ["note"]
    assert tab.page.url == f"{tab.address}/together/2/"
    await tab.page.route("**/partial*/**", lambda route: route.abort())
    async with tab.forgive("ERR_FAILED", REPORTS):
        for tries in (1, 2):
            await tab.invalidate("user, shaky")
            await tab.happens("error", tries * 3)
    one = "htmx:sendError" if htmx.startswith("2") else "htmx:error"
    assert [name for name, *_ in await heard(tab) if name == one] == [one]
