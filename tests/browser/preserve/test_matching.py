"""Which element of a fresh block is which of the block on the page: by a name of its own, or by its row."""

from tests.browser.helpers.desk import sit_down
from tests.browser.helpers.tab import Tab, on_one_htmx
from tests.site.keep import desk

# No build of htmx has a part in it.
pytestmark = on_one_htmx

# Elements with a title, and the title of the twin of each, "" for none.
PAIR = """
    ([former, fresh]) => {
        const parse = (html) => {
            const block = document.createElement("section");
            block.innerHTML = html;
            return block;
        };
        const [block, now] = [former, fresh].map(parse);
        const { twinOf } = mizan.twins(block, now);
        const all = [...block.querySelectorAll("[title]")];
        const read = (it) => [it.title, twinOf(it)?.title ?? ""];
        // In whatever order they are asked for.
        const reversed = [...all].reverse().map(read).reverse();
        const straight = all.map(read);
        if (JSON.stringify(straight) !== JSON.stringify(reversed)) throw new Error("It depends on the order");
        return straight.map((each) => each.join("")).join(" ");
    }
"""


def note(title: str, *, key: str = "", text: str = "", id: str = "") -> str:
    """Write a form with one field, as Django does without a prefix."""
    own = f' id="{id}"' if id else ""
    hidden = f'<input type="hidden" name="item" value="{key}">' if key else ""
    return (
        f'<form{own}><input type="hidden" name="csrfmiddlewaretoken" value="{len(text)}{title}">{hidden}'
        f'<label for="id_note">{text}</label><input name="note" id="id_note" title="{title}"></form>'
    )


def notes(titles: str, *, keys: str = "", texts: str = "") -> str:
    """Write a form for each letter, with the key and the text that stand at its place."""
    pad = " " * len(titles)
    rows = zip(titles, (keys or pad)[: len(titles)], (texts or pad)[: len(titles)], strict=True)
    return "".join(note(title, key=key.strip(), text=text.strip()) for title, key, text in rows)


def each(html: str, titles: str) -> str:
    """Write the same for each letter."""
    return "".join(html.replace("@", title) for title in titles)


CASES = {
    # Nothing tells the rows apart but their place.
    "place": (notes("abc"), notes("xyz"), "ax by cz"),
    "place of more": (notes("ab"), notes("xyz"), "ax by"),
    "place of fewer": (notes("abc"), notes("xy"), "ax by c"),
    # Their hidden field does.
    "key": (notes("abc", keys="123"), notes("xyz", keys="312"), "ay bz cx"),
    "key of a row that has gone": (notes("abc", keys="123"), notes("xy", keys="13"), "ax b cy"),
    "key of the last but one": (notes("ab", keys="12"), notes("x", keys="2"), "a bx"),
    "key of a new row": (notes("a", keys="2"), notes("xy", keys="12"), "ay"),
    "key of two new rows": (notes("a", keys="2"), notes("xy", keys="34"), "a"),
    "key of a row in place of another": (notes("abc", keys="123"), notes("xyz", keys="143"), "ax b cz"),
    "key of another page": (notes("abc", keys="123"), notes("xyz", keys="456"), "a b c"),
    "key before text": (
        notes("ab", keys="12", texts="pq"),
        notes("xy", keys="21", texts="pq"),
        "ay bx",
    ),
    "a form to add one": (notes("ab", keys="1 "), notes("x"), "a bx"),
    "a form to add one, below more": (notes("ab", keys="1 "), notes("xyz", keys="12 "), "ax bz"),
    "one form about something else": (notes("a", keys="1"), notes("x", keys="2"), "ax"),  # or a version
    # Their text does.
    "text": (notes("abc", texts="pqr"), notes("xyz", texts="rpq"), "ay bz cx"),
    "text of a row that has gone": (notes("abc", texts="pqr"), notes("xy", texts="pr"), "ax b cy"),
    "text of a queue": (notes("abc", texts="pqr"), notes("xyz", texts="qrs"), "a bx cy"),
    "text of a row that has changed": (notes("abc", texts="pqr"), notes("xyz", texts="psr"), "ax by cz"),
    "text that is the same": (notes("abc", texts="ppp"), notes("wxyz", texts="pppp"), "aw bx cy"),
    "text of the only row": (notes("abc", texts="pqr"), notes("x", texts="q"), "a bx c"),
    "text of which a part has changed": (
        each("<p>@ of 3 <input name='n' title='@'></p>", "123"),
        each("<p>@ of 4 <input name='n' title='@'></p>", "0213"),
        "11 22 33",
    ),
    "text of the only row, of which a part has changed": (
        each("<p>@ of 3 <input name='n' title='@'></p>", "123"),
        each("<p>@ of 4 <input name='n' title='@'></p>", "2"),
        "1 22 3",
    ),
    "text that is a number": (
        "<p>Count 5 <input name='n' title='a'></p><p>Count 7 <input name='n' title='b'></p>",
        "<p>Count 6 <input name='n' title='x'></p><p>Count 8 <input name='n' title='y'></p>",
        "ax by",
    ),
    # An address does.
    "address": (
        each('<li><a href="/@/"></a><input name="n" title="@"></li>', "123"),
        each('<li><a href="/@/"></a><input name="n" title="@"></li>', "032"),
        "1 22 33",
    ),
    "arguments of a call": (
        each("<form hx-post='/call/' hx-vals='{\"item\":@}'><input name='n' title='@'></form>", "12"),
        each("<form hx-post='/call/' hx-vals='{\"item\":@}'><input name='n' title='@'></form>", "21"),
        "11 22",
    ),
    "value of a button": (
        each('<p><input name="n" title="@"><button name="send" value="@">Send</button></p>', "123"),
        each('<p><input name="n" title="@"><button name="send" value="@">Send</button></p>', "31"),
        "11 2 33",
    ),
    "value of a box": (
        each('<tr-x><input type="checkbox" name="all" value="@"><input name="n" title="@"></tr-x>', "123"),
        each('<tr-x><input type="checkbox" name="all" value="@"><input name="n" title="@"></tr-x>', "231"),
        "11 22 33",
    ),
    # A version in the row is no key where there is a better one, however few stay.
    "version beside the key": (
        each('<p><input type="hidden" name="v" value="@1"><input type="hidden" name="id" value="@">'
             '<input name="n" title="@"></p>', "12"),
        each('<p><input type="hidden" name="v" value="@2"><input type="hidden" name="id" value="@">'
             '<input name="n" title="@"></p>', "21"),
        "11 22",
    ),
    # Containers.
    "data-key": (
        each('<li data-key="@"><input name="n" title="@"></li>', "123"),
        each('<li data-key="@"><p><input name="n" title="@"></p></li>', "324"),
        "1 22 33",
    ),
    "data-key of the only row": (
        '<li data-key="1"><input name="n" title="a"></li>',
        '<li data-key="2"><input name="n" title="x"></li>',
        "a",
    ),
    "data-id on the row and on its button": (
        each('<li data-id="@"><input name="n" title="@"><button data-id="@">Delete</button></li>', "123"),
        each('<li data-id="@"><input name="n" title="@"><button data-id="@">Delete</button></li>', "23"),
        "1 22 33",
    ),
    "data-key in each of two lists": (
        "".join(f'<ul id="{ul}">' + each(f'<li data-key="@"><i title="{ul}@"></i></li>', "12") + "</ul>"
                for ul in "pq"),
        "".join(f'<ul id="{ul}">' + each(f'<li data-key="@"><i title="{ul}@"></i></li>', "21") + "</ul>"
                for ul in "pq"),
        "p1p1 p2p2 q1q1 q2q2",
    ),
    "rows with an id of their own": (
        "".join(note(each, id=f"r{each}") for each in "123"),
        "".join(note(each, id=f"r{each}") for each in "031"),
        "11 2 33",
    ),
    "containers with one id": (
        each('<div id="row"><details id="more" title="@"><summary>@</summary></details></div>', "123"),
        each('<div id="row"><details id="more" title="@"><summary>@</summary></details></div>', "31"),
        "11 2 33",
    ),
    "an empty id": (
        each('<div id=""><b>@</b><input id="" name="n" title="@"></div>', "123"),
        each('<div id=""><b>@</b><input id="" name="n" title="@"></div>', "213"),
        "11 22 33",
    ),
    "an id that comes twice now": (note("a", text="p"), notes("xy", texts="qp"), "ay"),
    "an id that came twice": (notes("ab", texts="pq"), note("x", text="q"), "a bx"),
    "an id that has gone": ('<input id="a" title="a"><input title="b">', '<input title="x">', "a bx"),
    "an id that is new": ('<input title="b">', '<input id="a" title="x"><input title="y">', "by"),
    "an id on another element": ('<input id="a" title="a">', '<textarea id="a" title="x"></textarea>', "ax"),
    # Rows within rows.
    "rows in sections": (
        "".join(f"<div><h2>{part}</h2>{notes(part + part.upper(), keys='12')}</div>" for part in "ab"),
        "".join(f"<div><h2>{part}</h2>{notes(part.upper() + part, keys='21')}</div>" for part in "xba"),
        "aa AA bb BB",
    ),
    "one section becomes two": (
        f"<div><h2>P</h2>{notes('ab', keys='12')}</div>",
        f"<div><h2>O</h2>{notes('xy', keys='34')}</div><div><h2>P</h2>{notes('vw', keys='12')}</div>",
        "av bw",
    ),
    "one of a kind inside another": (
        each('<ul title="@"><li><ul title="@@"><li>@</li></ul></li></ul>', "12"),
        each('<ul title="@"><li>+<ul title="@@"><li>@</li></ul></li></ul>', "12"),
        "11 1111 22 2222".replace("11 1111", "11 11" + "11").replace("22 2222", "22 22" + "22"),
    ),
    # Lists without rows.
    "names before": (
        each("<label>@</label><input name='n' title='@'>", "123"),
        each("<label>@</label><input name='n' title='@'>", "023"),
        "10 22 33",
    ),
    "names after": (
        each("<input name='n' type='checkbox' title='@'> @ <br>", "123"),
        each("<input name='n' type='checkbox' title='@'> @ <br>", "23"),
        "1 22 33",
    ),
    "names after a form that its controls shadow": (
        each("<form title='@'><input name='nextSibling'><input name='previousSibling'></form> @ <br>", "123"),
        each("<form title='@'><input name='nextSibling'><input name='previousSibling'></form> @ <br>", "23"),
        "1 22 33",
    ),
    "terms": (
        each("<dt>@</dt><dd><input name='n' title='@'></dd>", "123"),
        each("<dt>@</dt><dd><input name='n' title='@'></dd>", "13"),
        "11 2 33",
    ),
    "keys between": (
        each("<input type='hidden' name='item' value='@'><input name='n' title='@'>", "123"),
        each("<input type='hidden' name='item' value='@'><input name='n' title='@'>", "312"),
        "11 22 33",
    ),
    # Kinds.
    "another name": ('<input name="a" title="a">', '<input name="b" title="x">', "a"),
    "another type": ('<input type="text" name="a" title="a">', '<input type="date" name="a" title="x">', "a"),
    "radio buttons in each row": (
        each("<form><b>@</b><input type='radio' name='w' value='p' title='@p'>"
             "<input type='radio' name='w' value='q' title='@q'></form>", "12"),
        each("<form><b>@</b><input type='radio' name='w' value='q' title='@q'>"
             "<input type='radio' name='w' value='p' title='@p'></form>", "21"),
        "1p1p 1q1q 2p2p 2q2q",
    ),
    "choices of which one is new": (
        "".join(f'<input type="radio" name="w" id="id_w_{at}" value="{v}" title="{v}">'
                for at, v in enumerate("abc")),
        "".join(f'<input type="radio" name="w" id="id_w_{at}" value="{v}" title="{v}">'
                for at, v in enumerate("zac")),
        "aa b cc",
    ),
    "choices of which one is new, in each row": (
        "".join(f'<p><b>{row}</b>' + "".join(
            f'<input type="checkbox" name="w" id="id_w_{at}" value="{v}" title="{row}{v}">'
            for at, v in enumerate("ab")) + "</p>" for row in "12"),
        "".join(f'<p><b>{row}</b>' + "".join(
            f'<input type="checkbox" name="w" id="id_w_{at}" value="{v}" title="{row}{v}">'
            for at, v in enumerate("zab")) + "</p>" for row in "21"),
        "1a1a 1b1b 2a2a 2b2b",
    ),
    "boxes with an id of their own": (
        each('<input type="checkbox" name="done" id="d@" title="@">', "123"),
        each('<input type="checkbox" name="done" id="d@" title="@">', "034"),
        "1 2 33",
    ),
    "looks": (
        '<div class="pane" title="a"></div>',
        '<div class="alert" title="x"></div><div class="pane" title="y"></div>',
        "ay",
    ),
    "around it": ("<p><input name='n' title='a'></p>", "<div><p><input name='n' title='x'></p></div>", "ax"),
}  # fmt: skip


async def test_an_element_is_known_by_its_own_name_or_by_its_row(tab: Tab) -> None:
    with desk(""):
        await sit_down(tab)
        found = {name: await tab.page.evaluate(PAIR, [old, now]) for name, (old, now, _) in CASES.items()}
    assert found == {name: pairs for name, (_, _, pairs) in CASES.items()}


async def test_no_element_is_the_twin_of_two(tab: Tab) -> None:
    row = '<li><input name="n" title="@"><b>@</b></li>'
    with desk(""):
        await sit_down(tab)
        pairs = await tab.page.evaluate(PAIR, [each(row, "abcdefgh"), each(row, "hgxayfbz")])
    twins = [pair[1:] for pair in pairs.split() if pair[1:]]
    assert len(twins) == len(set(twins))
    assert pairs.split()[0] == "aa"
