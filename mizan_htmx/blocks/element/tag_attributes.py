"""The attributes of the wrapper that are in the tag: ``{% mizan_context "user" data-name=user.name %}``.

A refresh finds them in the template, beside the content of the block, and evaluates them as the first
rendering does: in the block's own scope. So they are not part of its URL.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple

from django.template import Context, TemplateSyntaxError
from django.template.base import FilterExpression, Parser
from django.utils.functional import Promise

from mizan_htmx.blocks.element.html_attributes import BARE, is_known, is_true_or_false
from mizan_htmx.blocks.scope.reader_results import LazyResults, NotRead
from mizan_htmx.declarations.graph import Group
from mizan_htmx.html import plain

# Only in the first rendering: htmx would take it for another place, and what it refreshes would be gone.
_AT_FIRST = frozenset({"hx-swap-oob", "data-hx-swap-oob"})

# A block's own, or those with which it could not be refreshed; htmx 4 has "ignore" for "disable".
_RESERVED = re.compile(
    "data-mizan(-.*)?|(data-)?hx-"
    "(get|post|put|patch|delete|action|method|trigger|target|swap|preserve|disable|ignore)(:.*)?"
)
# Those that a page says to the shim, and those that htmx 4 passes on to the elements inside.
_FOR_AUTHORS = re.compile(r"data-mizan-(after|as-served|keep)|(data-)?hx-(swap|target):inherited")

_PLAIN_NAME = re.compile(r"[^\W\d]\w*", re.ASCII)
_WITH_VALUE = re.compile(r"""([^\s"'=|]+)=(.+)""", re.DOTALL)
_WITHOUT_VALUE = re.compile(r"""[^\s"'=|(){}\[\]]*[:@-][^\s"'=|(){}\[\]]*""")
_NUMBER = re.compile(r"[-+]?[0-9][0-9.e-]*")
# https://html.spec.whatwg.org/multipage/syntax.html#syntax-attribute-name; "<" is a parse error.
_NOT_IN_NAMES = re.compile("[\x00-\x20\x7f-\x9f\"'<>/=]")
_CONSTANT = re.compile(r"""(_\()?["'].*|[-+]?[0-9].*|True|False|None""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute; without an ``expression`` it has no value."""

    name: str
    expression: FilterExpression | None

    @property
    def is_constant(self) -> bool:
        """Return whether the value is written out, and no filter changes it."""
        each = self.expression
        return each is None or (not each.filters and _CONSTANT.fullmatch(each.token) is not None)

    def resolve(self, context: Context, results: LazyResults | None) -> str:
        """Return it as HTML, with a space before it; "" where its value is ``None`` or a reader refuses."""
        if self.expression is None:
            return f" {self.name}"
        if results is None:
            return _written(self.name, self.expression.resolve(context))
        former, by = results.failure, results.failed
        results.failure = None
        value, failure = _read(self.expression, context, results)
        if former is not None:
            results.failure, results.failed = former, by
        return _written(self.name, value if failure is None else None)


def _read(
    expression: FilterExpression, context: Context, results: LazyResults
) -> tuple[object, Exception | None]:
    """Return the value, and what a reader, or what it has returned, has raised."""
    try:
        return expression.resolve(context), results.failure
    except Exception as error:  # the border to the site's readers; what one raises is kept in the results
        results.note(error)
        is_mistake = isinstance(error, TemplateSyntaxError) and not isinstance(error, NotRead)
        if results.failure is None or is_mistake:
            raise
        return None, results.failure


def _written(name: str, value: object) -> str:
    value = plain(value)
    is_switch = is_true_or_false(name)
    if value is None or (value is False and (is_at_first(name) or not is_switch)):
        return ""
    if isinstance(value, bool):
        if is_switch:
            return f' {name}="{str(value).lower()}"'
        return f" {name}"
    return f' {name}="{escape(str(value))}"'


class Written(NamedTuple):
    """Attributes as HTML; ``at_first`` are those of the first rendering alone."""

    text: str = ""
    at_first: str = ""


NOTHING_WRITTEN = Written()


@dataclass(frozen=True, slots=True)
class TagAttributes:
    """The attributes of one tag, compiled but not resolved.

    ``is_settled``: the contexts are known, and none of these is a parameter of them. ``fixed`` is what is
    written if no value depends on anything.
    """

    attributes: tuple[Attribute, ...] = ()
    is_settled: bool = True
    fixed: Written | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        values = [each.expression.var for each in self.attributes if each.expression is not None]
        is_translated = any(isinstance(value, Promise) for value in values)
        if self.is_settled and not is_translated and all(each.is_constant for each in self.attributes):
            object.__setattr__(self, "fixed", _write(self.attributes, Context(), None))

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return bool(self.attributes)

    @property
    def names(self) -> list[str]:
        """Return their names, as browsers read them."""
        return [each.name.lower() for each in self.attributes]

    def write(self, context: Context, results: LazyResults, groups: Iterable[Group]) -> Written:
        """Return them with the values that they have in a block; parameters of its contexts are none of them.

        An attribute that uses a reader which raises is left out, and ``results`` have the exception.
        """
        if self.fixed is not None:
            return self.fixed
        return _write(self._of(groups), context, results)

    def constants(self, groups: Iterable[Group]) -> Written:
        """Return those that are the same for everyone, whatever they may read."""
        if self.fixed is not None:
            return self.fixed
        return _write([each for each in self._of(groups) if each.is_constant], Context(), None)

    def _of(self, groups: Iterable[Group]) -> Sequence[Attribute]:
        if self.is_settled:
            return self.attributes
        params = {name for group in groups for name in group.params}
        return [each for each in self.attributes if each.name not in params]


def _write(attributes: Iterable[Attribute], context: Context, results: LazyResults | None) -> Written:
    texts = [(is_at_first(each.name), each.resolve(context, results)) for each in attributes]
    if not texts:
        return NOTHING_WRITTEN
    return Written(
        "".join([text for is_at_first, text in texts if not is_at_first]),
        "".join([text for is_at_first, text in texts if is_at_first]),
    )


NO_ATTRIBUTES = TagAttributes()


class AttributeParser:
    """Collects the attributes among the parts of one tag."""

    def __init__(self, parser: Parser, element: str | None) -> None:
        self._parser = parser
        self._element = element
        self._found: list[Attribute] = []

    def take(self, part: str, *, may_be_plain: bool, may_be_context: bool) -> bool:
        """Return whether a part of the tag is an attribute, and collect it.

        ``may_be_plain``: a name such as ``title`` is one, not a variable. ``may_be_context``: a lone name may
        be that of a context. Raise TemplateSyntaxError for an attribute that a block can't have.
        """
        match = _WITH_VALUE.fullmatch(part)
        name, value = (match[1], match[2]) if match else (part, None)
        if match is None:
            is_attribute = (
                not may_be_context and name in BARE and is_known(name, self._element)
                if _PLAIN_NAME.fullmatch(name)
                else bool(_WITHOUT_VALUE.fullmatch(name)) and not _NUMBER.fullmatch(name)
            )
        elif _PLAIN_NAME.fullmatch(name):
            is_attribute = may_be_plain and is_known(name, self._element)
        else:
            is_attribute = re.search(r"\W", name) is not None and re.search(r"\w", name) is not None
        if is_attribute:
            self._add(name, value)
        return is_attribute

    def _add(self, name: str, value: str | None) -> None:
        if _NOT_IN_NAMES.search(name):
            raise TemplateSyntaxError(
                f"{name!r} in {{% mizan_context %}} can't be the name of an attribute: HTML allows no spaces,"
                " quotes, '<', '>', '/' and '=' in it."
            )
        if is_reserved(name):
            raise TemplateSyntaxError(
                f"A block can't have the attribute {name!r}, by which it is refreshed or would not be. Put it"
                " on an element inside of the block, or around it."
            )
        check_once(name, [each.name for each in self._found])
        expression = None if value is None else self._parser.compile_filter(value)
        self._found.append(Attribute(name, expression))

    def compiled(
        self, groups: Collection[Group] | None
    ) -> tuple[TagAttributes, Mapping[str, FilterExpression]]:
        """Return the attributes, and those that are, or may be, parameters of the contexts.

        ``None``: the contexts are known only when the block renders.
        """
        if not self._found:
            return NO_ATTRIBUTES, {}
        known = None if groups is None else {name for group in groups for name in group.params}
        own = tuple([each for each in self._found if known is None or each.name not in known])
        params = {
            each.name: each.expression or self._parser.compile_filter("True")
            for each in self._found
            if (_PLAIN_NAME.fullmatch(each.name) if known is None else each.name in known)
        }
        return TagAttributes(own, is_settled=known is not None), params


def element_of(parts: Iterable[str]) -> str | None:
    """Return the element that a tag says, ``div`` if none; ``None`` if that depends on a variable."""
    for part in parts:
        if part.startswith("tag="):
            match = re.fullmatch(r"""tag=(["'])(.*)\1""", part)
            return match[2] if match else None
    return "div"


def is_reserved(name: str) -> bool:
    """Return whether an attribute is the block's own, or would keep it from refreshing."""
    name = name.lower()
    return bool(_RESERVED.fullmatch(name)) and not _FOR_AUTHORS.fullmatch(name)


def is_at_first(name: str) -> bool:
    """Return whether an attribute may only be in the first rendering of a block."""
    return name.lower() in _AT_FIRST


def check_once(name: str, others: Iterable[str]) -> None:
    """Raise TemplateSyntaxError if a tag has a name already; browsers would drop the second one."""
    if name.lower() in [each.lower() for each in others]:
        raise TemplateSyntaxError(f"{name!r} stands in {{% mizan_context %}} twice. Keep one.")
