"""The attributes that HTML knows, as far as their names could also be those of parameters.

Those with "-" or ":" in them, such as ``data-id``, ``aria-label`` and ``:class``, need no list.
"""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# https://html.spec.whatwg.org/multipage/indices.html#attributes-3: those of all elements, with ARIA's role.
_GLOBAL = _names(
    """
    accesskey autocapitalize autocorrect autofocus contenteditable dir draggable enterkeyhint
    exportparts hidden inert inputmode is itemid itemprop itemref itemscope itemtype lang part popover
    role slot spellcheck style tabindex title translate writingsuggestions
    """
)

_EVENTS = _names(
    """
    onabort onanimationcancel onanimationend onanimationiteration onanimationstart onauxclick
    onbeforeinput onbeforematch onbeforetoggle onblur oncancel onchange onclick onclose oncommand
    oncontextmenu oncopy oncut ondblclick ondrag ondragend ondragenter ondragleave ondragover
    ondragstart ondrop onerror onfocus onfocusin onfocusout onformdata ongotpointercapture oninput
    oninvalid onkeydown onkeypress onkeyup onload onlostpointercapture onmousedown onmouseenter
    onmouseleave onmousemove onmouseout onmouseover onmouseup onpaste onpointercancel onpointerdown
    onpointerenter onpointerleave onpointermove onpointerout onpointerover onpointerup onreset onresize
    onscroll onscrollend onselect onsubmit ontoggle ontouchcancel ontouchend ontouchmove ontouchstart
    ontransitioncancel ontransitionend ontransitionrun ontransitionstart onwheel
    """
)

_CELL = "abbr colspan headers rowspan scope"
_CONTROL = "disabled form name"
_CHANGE = "cite datetime"
_TEXT = f"{_CONTROL} maxlength minlength placeholder readonly required"

# Those of the elements that can contain a block.
_BY_ELEMENT = {
    element: _names(names)
    for element, names in {
        "a": "download href hreflang ping referrerpolicy rel target type",
        "blockquote": "cite",
        "button": f"{_CONTROL} command commandfor formaction popovertarget popovertargetaction type value",
        "col": "span",
        "colgroup": "span",
        "data": "value",
        "del": _CHANGE,
        "details": "name open",
        "dialog": "closedby open",
        "fieldset": _CONTROL,
        "form": "action autocomplete enctype method name novalidate rel target",
        "img": "alt height loading sizes src srcset width",
        "input": f"{_TEXT} checked list max min pattern step type value",
        "ins": _CHANGE,
        "label": "for",
        "li": "value",
        "meter": "high low max min optimum value",
        "ol": "reversed start type",
        "optgroup": "disabled label",
        "option": "disabled label selected value",
        "output": "for form name",
        "progress": "max value",
        "q": "cite",
        "select": f"{_CONTROL} autocomplete multiple required size",
        "td": _CELL,
        "textarea": f"{_TEXT} cols rows wrap",
        "th": _CELL,
        "time": "datetime",
    }.items()
}

#: Those that mean something without a value.
BARE = _names(
    """
    autofocus contenteditable disabled download hidden inert itemscope multiple novalidate open popover
    readonly required reversed selected
    """
)

#: Those whose "false" is a value of its own, and not their absence.
_TRUE_OR_FALSE = frozenset({"contenteditable", "draggable", "spellcheck", "writingsuggestions"})

#: Elements without an end tag.
VOID = _names("area base br col embed hr img input link meta source track wbr")


def is_known(name: str, element: str | None) -> bool:
    """Return whether an element may have an attribute; a custom element has those that its author likes.

    ``None`` is an element that is known only when it is rendered.
    """
    if name in _GLOBAL or name in _EVENTS:
        return True
    if element is None:
        return any(name in names for names in _BY_ELEMENT.values())
    if "-" in element:
        return "_" not in name
    return name in _BY_ELEMENT.get(element.lower(), ())


def is_true_or_false(name: str) -> bool:
    """Return whether an attribute is written as ``true`` or ``false``, as ARIA's and htmx's are."""
    name = name.lower()
    return name in _TRUE_OR_FALSE or name.startswith(("aria-", "hx-", "data-hx-"))
