"""Names that a control may have and that lie over what scripts read of its form."""

# What neither htmx nor Idiomorph reads.
UNREAD = [
    *("action", "checked", "children", "content", "dataset", "focus", "id", "innerHTML", "isConnected"),
    *("length", "method", "name", "outerHTML", "requestSubmit", "reset", "scrollTop", "shadowRoot"),
    *("status", "submit", "target", "textContent", "title", "type", "value"),
]

# What they do read; where they would fail, the control is out of their way meanwhile.
READ = [
    *("addEventListener", "attributes", "childNodes", "classList", "cloneNode", "closest", "contains"),
    *("dispatchEvent", "elements", "getAttribute", "hasAttribute", "localName", "matches", "nextSibling"),
    *("nodeType", "parentElement", "parentNode", "querySelector", "querySelectorAll", "removeAttribute"),
    *("setAttribute", "tagName"),
]

# Puts controls with these ids, which are not sent, into a form.
LAY = """([selector, names]) => {
    const form = document.querySelector(selector);
    form.insertAdjacentHTML("beforeend", names.map((id) => `<input id="${id}" disabled hidden>`).join(""));
}"""
