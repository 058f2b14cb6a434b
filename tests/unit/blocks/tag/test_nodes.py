"""What may stand in ``{% mizan_context %}``, and the whole message for what may not."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import IntegerChoices, TextChoices
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from mizan_htmx import client, register
from tests.helpers.blocks import OPTIONS, Site, blocks_of, partial_url, sign, syntax_error

END = "{% endmizan_context %}"


class Number(IntegerChoices):
    """Numbers with labels, as models have them."""

    ONE = 1, "Number one"


class Letter(TextChoices):
    """Letters with labels."""

    A = "a", "Letter a"


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        (
            "",
            '{% mizan_context %} needs a context: {% mizan_context "user" user_id=5 %}.',
        ),
        (
            "user_id=5",
            '{% mizan_context %} needs a context: {% mizan_context "user" user_id=5 %}.',
        ),
        (
            '"usr" user_id=5',
            "Unknown context 'usr' in {% mizan_context %}. Did you mean 'user'?"
            " Known contexts: notifications, tag, user.",
        ),
        (
            '"user" "x" user_id=5',
            "Unknown context 'x' in {% mizan_context %}. Known contexts: notifications, tag, user.",
        ),
        (
            '"user"',
            "{% mizan_context %} with context 'user' needs user_id. Known parameters: tab, user_id.",
        ),
        (
            '"user" "tag"',
            "{% mizan_context %} with context 'user', 'tag' needs tag, user_id."
            " Known parameters: tab, tag, user_id.",
        ),
        (
            '"user" user_id=5 tap=1',
            "Context 'user' has no parameter 'tap' in {% mizan_context %}. Did you mean 'tab'?"
            f" Known parameters: tab, user_id.{OPTIONS}",
        ),
        (
            '"user" user_id=5 clas="a"',
            "Context 'user' has no parameter 'clas' in {% mizan_context %}. Did you mean 'class'?"
            f" Known parameters: tab, user_id.{OPTIONS}",
        ),
        (
            '"notifications" tga="a"',
            "Context 'notifications' has no parameter 'tga' in {% mizan_context %}. Did you mean 'tag'?"
            f" Known parameters: none.{OPTIONS}",
        ),
        (
            '"notifications" user_id=5',
            "Context 'notifications' has no parameter 'user_id' in {% mizan_context %}."
            f" Known parameters: none.{OPTIONS}",
        ),
        (
            '"user" user_id=5 "notifications"',
            "Unknown argument '\"notifications\"' in {% mizan_context %}."
            " Write name=value, or the word lazy." + OPTIONS,
        ),
        ('"user" user_id=5 with', None),
        (
            '"user" user_id=5 with a=1 with',
            "Unknown argument 'with' in {% mizan_context %}. Write name=value, or the word lazy." + OPTIONS,
        ),
        (
            '"user" user_id=5 with a',
            "Unknown argument 'a' in {% mizan_context %}. Write name=value, or the word lazy." + OPTIONS,
        ),
        (
            '"user" user_id=5 as a.b',
            "A block can't be called 'a.b'. Use letters, digits, '_' and '-'.",
        ),
        ('"user" user_id= 5', "Could not parse the remainder: '=' from 'user_id='"),
    ],
)
def test_what_is_wrong_with_a_written_out_tag_is_found_when_it_is_compiled(
    site: Site, tag: str, message: str | None
) -> None:
    source = f"{{% if False %}}{{% mizan_context {tag} %}}{END}{{% endif %}}"

    if message is None:
        assert site.raw(source) == ""
    else:
        assert syntax_error(site, source) == message


@pytest.mark.parametrize(
    ("context", "message"),
    [
        (
            "usr",
            "Unknown context 'usr' in {% mizan_context %}. Did you mean 'user'?"
            " Known contexts: notifications, tag, user.",
        ),
        (
            "notifications",
            "Context 'notifications' has no parameter 'user_id' in {% mizan_context %}."
            f" Known parameters: none.{OPTIONS}",
        ),
        (
            "tag",
            "Context 'tag' has no parameter 'user_id' in {% mizan_context %}."
            f" Known parameters: tag.{OPTIONS}",
        ),
    ],
)
def test_a_context_in_a_variable_is_checked_when_it_renders(site: Site, context: str, message: str) -> None:
    source = f"{{% if show %}}{{% mizan_context name user_id=5 %}}{END}{{% endif %}}"

    assert site.raw(source, name=context, show=False) == ""
    assert syntax_error(site, source, name=context, show=True) == message


def test_a_context_through_a_filter_is_not_taken_literally(site: Site) -> None:
    html = site.page(f'{{% mizan_context "USER"|lower user_id=5 %}}{{{{ user_profile.name }}}}{END}')

    assert html.endswith(">Ada</div>")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("x", "Input should be a valid integer, unable to parse string as an integer"),
        (5.5, "Input should be a valid integer, got a number with a fractional part"),
        ([5], "Input should be a valid integer"),
        (float("inf"), "Input should be a finite number"),
    ],
)
def test_a_value_that_does_not_fit_is_an_error(site: Site, given: object, message: str) -> None:
    source = f'{{% mizan_context "user" user_id=given %}}{END}'

    assert (
        syntax_error(site, source, given=given)
        == f"{{% mizan_context %}} got invalid parameters: {{'user_id': ['{message}']}}"
    )


@pytest.mark.parametrize(
    "given", [gettext_lazy("Hello"), SimpleLazyObject(lambda: "Hello"), mark_safe("Hello")]
)
def test_a_lazy_text_is_a_text(site: Site, given: object) -> None:
    html = site.page(
        f'{{% mizan_context "tag" tag=given with x=given %}}{{{{ tag_label }}}} {{{{ x }}}}{END}', given=given
    )

    assert html.endswith(">Hello Hello</div>")
    site.assert_refreshes_alike(html)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("<b>", "&lt;b&gt;"),
        (mark_safe("<b>"), "&lt;b&gt;"),
        (gettext_lazy("<b>"), "&lt;b&gt;"),
        (5, "5"),
        (-1.5, "-1.5"),
        (10**30, str(10**30)),
        (True, "True"),
        (None, "None"),
        ("", ""),
        ("é\n😀", "é\n😀"),
        (Number.ONE, "1"),
        (Letter.A, "a"),
    ],
)
def test_scalars_pass_with_with_and_are_the_same_after(any_site: Site, given: object, shown: str) -> None:
    html = any_site.page(
        f'{{% mizan_context "notifications" with x=given %}}[{{{{ x }}}}][{{{{ x.label }}}}]{END}',
        given=given,
    )

    assert html.endswith(f">[{shown}][]</div>")
    any_site.assert_refreshes_alike(html)


@pytest.mark.parametrize("name", ["context", "self", "name", "request", "user_profile", "True2"])
def test_any_name_passes_with_with(site: Site, name: str) -> None:
    html = site.page(f'{{% mizan_context "user" user_id=5 with {name}="given" %}}{{{{ {name} }}}}{END}')

    assert html.endswith(">given</div>")
    site.assert_refreshes_alike(html)


def test_what_with_passes_is_signed(site: Site) -> None:
    source = f'{{% mizan_context "user" user_id=5 with admin=False %}}{{{{ admin }}}}{END}'
    url = blocks_of(site.page(source))[0]["hx-get"]
    token, _, signature = url.partition("block=")[2].partition("&")[0].partition(":")
    content = ["page.html#mizan-543eabd0-1", ["user"], "x", {}, {"admin": True}]

    assert site.get(url).status_code == 200
    assert site.get(url.replace(token, sign(content).partition(":")[0])).status_code == 404
    assert site.get(url.replace(signature, signature[:-1] + "A")).status_code == 404
    assert not site.get(url + "&admin=True").text.endswith(">True</div>")
    assert site.get(partial_url(sign(content, key="another"), user_id=5)).status_code == 404


@pytest.mark.parametrize(
    ("attribute", "message"),
    [
        ('tag="script"', "tag='script' can't contain a block. Name an element such as 'li'."),
        ('tag="STYLE"', "tag='STYLE' can't contain a block. Name an element such as 'li'."),
        ('tag="a b"', "tag='a b' can't contain a block. Name an element such as 'li'."),
        ('tag="div>"', "tag='div>' can't contain a block. Name an element such as 'li'."),
        ('tag="1"', "tag='1' can't contain a block. Name an element such as 'li'."),
        ('id="a b"', "id='a b' can't be a block's id. Use letters, digits, '_' and '-' only."),
        ('id="é"', "id='é' can't be a block's id. Use letters, digits, '_' and '-' only."),
        ("id='\"'", "id='\"' can't be a block's id. Use letters, digits, '_' and '-' only."),
    ],
)
def test_a_tag_or_id_that_is_none(site: Site, attribute: str, message: str) -> None:
    assert syntax_error(site, f'{{% mizan_context "notifications" {attribute} %}}{END}') == message


def test_attributes_may_be_variables_and_empty_ones_mean_the_default(site: Site) -> None:
    source = '{% mizan_context "notifications" tag=tag class=class id=id swap=swap %}{% endmizan_context %}'
    plain = blocks_of(site.page('{% mizan_context "notifications" %}{% endmizan_context %}'))[0]

    (block,) = blocks_of(site.page(source, tag="my-tag", **{"class": "a"}, id="b_-1", swap="none"))
    assert [block[name] for name in ("tag", "class", "id", "hx-swap")] == ["my-tag", "a", "b_-1", "none"]
    for empty in (None, ""):
        values: dict[str, Any] = dict.fromkeys(("tag", "class", "id", "swap"), empty)
        (block,) = blocks_of(site.page(source, **values))
        assert (block["tag"], block["hx-swap"], "class" in block) == ("div", "outerHTML", False)
        assert block["id"].startswith("mizan-")
        assert block["id"] != plain["id"] or block["hx-get"] != plain["hx-get"]


def _id(request: HttpRequest, id: int) -> int:
    return id


def _tag(request: HttpRequest, tag: int) -> int:
    return tag


def _swap(request: HttpRequest, swap: int) -> int:
    return swap


def _partial(request: HttpRequest, partial: int) -> int:
    return partial


@pytest.mark.parametrize("reader", [_id, _tag, _swap, _partial])
def test_a_word_of_the_tag_may_be_a_parameter_of_the_context(site: Site, reader: Callable[..., int]) -> None:
    register(client(context="word")(reader), "shown")
    word = reader.__name__[1:]

    html = site.page(f'{{% mizan_context "word" {word}="05" class="c" %}}{{{{ shown }}}}{END}')

    (block,) = blocks_of(html)
    assert (block["data-mizan"], block["class"], block["tag"]) == (f"word;{word}=5", "c", "div")
    assert html.endswith(">5</div>")
    site.assert_refreshes_alike(html)
    message = f"{{% mizan_context %}} with context 'word' needs {word}. Known parameters: {word}."
    assert syntax_error(site, f'{{% mizan_context "word" %}}{END}') == message
