"""Where a block comes from: the partial with its content, and the tag with its attributes and fallbacks.

The two are one place in a template, unless ``partial=`` takes the content from elsewhere. Then the tag is a
partial of its own, without the content, and the URL of the block names it beside the other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple
from weakref import WeakKeyDictionary

from django.template import NodeList, TemplateDoesNotExist
from django.template.base import Node

from mizan_htmx.blocks.block import Block
from mizan_htmx.blocks.element.root_element import RootElement, find_root
from mizan_htmx.blocks.element.tag_attributes import NO_ATTRIBUTES, TagAttributes
from mizan_htmx.blocks.fallbacks import fallbacks_in
from mizan_htmx.rendering.partials import Partial, load

# The tag of a block that has no attributes, while the block that its content is taken from has some.
_NO_TAG = ""


class Source(NamedTuple):
    """The attributes of a block's tag, and its own element in the template, if there is one."""

    attributes: TagAttributes = NO_ATTRIBUTES
    root: RootElement | None = None


_NONE = Source()


class BlockNodes(NodeList):
    """The content of a block whose tag is in the same place."""

    def __init__(self, nodes: Iterable[Node], source: Source) -> None:
        super().__init__(nodes)
        self.source = source


_NO_NODES = BlockNodes((), _NONE)

# What other partials have.
_sources: WeakKeyDictionary[Partial, Source] = WeakKeyDictionary()


def source_of(block: Block, partial: Partial) -> Source:
    """Return what the tag of a block and the content ``partial`` say of its element."""
    nodes, tag = partial.nodelist, block.wrapper.at
    source = nodes.source if isinstance(nodes, BlockNodes) else _find(partial)
    if tag is None:
        return source
    return Source(_load_tag(tag).source.attributes, source.root)


def _find(partial: Partial) -> Source:
    found = _sources.get(partial)
    if found is None:
        root = find_root(partial.nodelist)
        found = _sources[partial] = _NONE if root is None else Source(NO_ATTRIBUTES, root)
    return found


def _load_tag(tag: str) -> BlockNodes:
    if tag == _NO_TAG:
        return _NO_NODES
    name, part, engine = tag.split("#")
    nodes = load(f"{name}#{part}", engine).nodelist
    if not isinstance(nodes, BlockNodes):
        raise TemplateDoesNotExist(f"{name}#{part}")
    return nodes


def fallbacks_of(block: Block, partial: Partial) -> Mapping[str, Partial]:
    """Return what a block shows in place of its content: what its tag has, then what the content has."""
    found = fallbacks_in(partial.nodelist)
    if block.wrapper.at:
        found = {**found, **fallbacks_in(_load_tag(block.wrapper.at))}
    for each in found.values():
        each.engine = partial.engine
    return found


def load_content(block: Block) -> Partial:
    """Return the partial of a block; raise TemplateDoesNotExist if that, or the block's tag, is gone."""
    if block.wrapper.at is not None:
        _load_tag(block.wrapper.at)
    return load(block.partial, block.engine)


def with_tag(block: Block, reference: str, engine: str, partial: Partial) -> Block:
    """Return a block whose content is elsewhere; ``reference`` names its tag, or is "" without attributes.

    Raise ValueError if it has an element of its own, and ``tag=`` another one.
    """
    nodes = partial.nodelist
    if block.wrapper.tag != "div":
        root = source_of(block, partial).root
        if root is not None and root.name != block.wrapper.tag:
            raise ValueError(
                f"The element of {block.partial} is <{root.name} {{% mizan_attributes %}}>. Leave tag=… out"
                " of {% mizan_context %}."
            )
    if reference:
        at = f"{reference}#{engine}"
    elif isinstance(nodes, BlockNodes) and nodes.source.attributes:
        at = _NO_TAG
    else:
        return block
    return replace(block, wrapper=replace(block.wrapper, at=at))
