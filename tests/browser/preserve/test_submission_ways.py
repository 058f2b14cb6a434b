"""However a form is sent, what the server has taken makes room for what it has now, and no more than that."""

from itertools import product

from playwright.async_api import expect

from tests.browser.helpers.desk import field, sit_down
from tests.browser.helpers.tab import Tab, on_newest_morph
from tests.site.keep import desk

pytestmark = on_newest_morph

SEND = 'hx-post="/keep/send/" hx-swap="none"'
IMAGE = 'type="image" alt="Send"'
FORMS = f"""
    <b>{{n}}</b>
    <form id="f1" {SEND}><input name="one"><button id="in">In</button><input {IMAGE} id="image"></form>
    <button id="out" form="f1">Out</button><textarea name="beside" form="f1"></textarea>
    <form id="f2"><input name="two"><button id="own" {SEND}>Own</button>
        <input type="submit" id="own-input" {SEND}></form>
    <button id="own-out" form="f2" {SEND}>Own, out</button>
    <form id="f3" {SEND} hx-trigger="change"><input name="three"></form>
    <input name="four" id="four"><button id="including" {SEND} data-hx-include="#four">Including</button>
    <form id="f5" {SEND} hx-disabled-elt="#off, #far"><input name="five"><button id="off">Off</button></form>
"""
# What is pressed, or done, and what is sent by it.
WAYS = {
    "#in": ["one", "beside"],
    "#out": ["one", "beside"],
    "#image": ["one", "beside"],
    "#own": ["two"],
    "#own-input": ["two"],
    "#own-out": ["two"],
    "#including": ["four"],
    "#off": ["five"],
    "Enter": ["one", "beside"],
    "Tab": ["three"],
    "f1.requestSubmit()": ["one", "beside"],
    "f1.requestSubmit(document.querySelector('#out'))": ["one", "beside"],
    "f1.requestSubmit(document.querySelector('#image'))": ["one", "beside"],
}


async def do(tab: Tab, way: str) -> None:
    """Send a form in this way."""
    if way.startswith("#"):
        await tab.page.locator(way).click()
    elif way == "Enter":
        await field(tab, "one").press("Enter")
    elif way == "Tab":
        await field(tab, "three").press("Tab")
    else:
        await tab.page.evaluate(way)


async def test_each_way_to_send_is_answered_for_all_that_was_sent(tab: Tab) -> None:
    names = ["one", "beside", "two", "four", "five", "three"]
    with desk(FORMS.format(n=0), beside='<button id="far" form="f5">Far</button>') as now:
        async with tab.forgive(r"\b409\b"):
            await sit_down(tab)
            for times, (status, way) in enumerate(product((409, 204), WAYS), start=1):
                now.status = status
                for name in names[:-1]:
                    await field(tab, name).fill(f"{name} {times}")
                if way == "Tab":
                    await field(tab, "three").fill(f"three {times}")
                now.html["main"] = FORMS.format(n=times)
                await do(tab, way)
                await expect(tab.page.locator("main b")).to_have_text(f"{times}")
                for name in names if way == "Tab" else names[:-1]:
                    value = "" if status == 204 and name in WAYS[way] else f"{name} {times}"
                    await expect(field(tab, name), f"{name} after {way}, {status}").to_have_value(value)
                await expect(tab.page.locator("button:disabled, input:disabled")).to_have_count(0)
