"""The names of all HTTP headers that this package defines, and of one that caches know.

A name that ends in ``_META`` is a request's header as WSGI has it in ``environ`` and Django in
``request.META``. ``docs/protocol.md`` says what each carries. Varnish's configuration (``edge.varnish``)
keeps headers of its own on requests, which never leave it.

>>> UNTICKED_META
'HTTP_X_MIZAN_UNTICKED'

Standard library only, as the rest of this folder.
"""


def _meta(header: str) -> str:
    """Return the name that a header has in ``META`` (PEP 3333, "environ Variables")."""
    return f"HTTP_{header.upper().replace('-', '_')}"


#: What the answer invalidates.
INVALIDATE_HEADER = "X-Mizan-Invalidate"
#: The same as cache tags: RFC 9875, section 4.
CACHE_GROUPS_HEADER = "Cache-Group-Invalidation"
#: How new an answer is, where sockets publish what became stale: ``<epoch>.<number>``.
VERSION_HEADER = "X-Mizan-Version"

#: Marks the answer to the refresh of a block.
REFRESH_HEADER = "X-Mizan-Refresh"
#: Names blocks that the answer to a mutation may bring along.
BLOCKS_HEADER = "X-Mizan-Blocks"
BLOCKS_META = _meta(BLOCKS_HEADER)
#: How many characters of an answer's body are such blocks.
BROUGHT_HEADER = "X-Mizan-Brought"

#: Names the checkboxes that a form has left out.
UNTICKED_HEADER = "X-Mizan-Unticked"
UNTICKED_META = _meta(UNTICKED_HEADER)

#: The code of a refusal, on whatever page it is answered with.
ERROR_HEADER = "X-Mizan-Error"
#: The author's own message, percent-encoded.
MESSAGE_HEADER = "X-Mizan-Message"
#: ``no`` where nothing of what the request was to change has been committed.
COMMITTED_HEADER = "X-Mizan-Committed"
#: ``csrf`` where an answer is 403 because the visitor's token or session has gone.
REFUSED_HEADER = "X-Mizan-Refused"

#: Which user the answer is for.
SESSION_HEADER = "X-Mizan-Session"
