"""The names of the HTTP headers that this package defines, a standard one for caches and some of htmx.

A name that ends in ``_META`` is a request header as in WSGI's ``environ`` and Django's ``request.META``.
``docs/protocol.md`` explains each header. The VCL in ``edge.varnish`` has further ones, which never leave
Varnish.

>>> UNTICKED_META
'HTTP_X_MIZAN_UNTICKED'

Standard library only, as the rest of this package.
"""


def _meta(header: str) -> str:
    """Return the name of a header in ``META`` (PEP 3333, "environ Variables")."""
    return f"HTTP_{header.upper().replace('-', '_')}"


#: What the response invalidates.
INVALIDATE_HEADER = "X-Mizan-Invalidate"
#: The same as cache tags: RFC 9875, section 4.
CACHE_GROUPS_HEADER = "Cache-Group-Invalidation"
#: The read version of a response, if there are sockets: ``<epoch>.<number>``.
VERSION_HEADER = "X-Mizan-Version"

#: htmx's own: the address of the page that sends a request.
CURRENT_URL_HEADER = "HX-Current-URL"
CURRENT_URL_META = _meta(CURRENT_URL_HEADER)
#: Of htmx 2: "true" if it has encoded that address, because it has what no header can hold.
CURRENT_URL_ENCODED_HEADER = f"{CURRENT_URL_HEADER}-URI-AutoEncoded"
CURRENT_URL_ENCODED_META = _meta(CURRENT_URL_ENCODED_HEADER)

#: Marks the response to the refresh of a block.
REFRESH_HEADER = "X-Mizan-Refresh"
#: Names the blocks that the response to a mutation may contain (single flight).
BLOCKS_HEADER = "X-Mizan-Blocks"
BLOCKS_META = _meta(BLOCKS_HEADER)
#: How many characters at the end of a response's body are such blocks.
BROUGHT_HEADER = "X-Mizan-Brought"

#: Names the checkboxes of a form that are not ticked.
UNTICKED_HEADER = "X-Mizan-Unticked"
UNTICKED_META = _meta(UNTICKED_HEADER)

#: The code of an error, whatever the body of the response.
ERROR_HEADER = "X-Mizan-Error"
#: The message of an error that the site's code has written, percent-encoded.
MESSAGE_HEADER = "X-Mizan-Message"
#: ``no`` if nothing that the request was to change has been committed.
COMMITTED_HEADER = "X-Mizan-Committed"
#: ``csrf`` if a response is 403 because the visitor's token or session is gone.
REFUSED_HEADER = "X-Mizan-Refused"

#: The session fingerprint of the visitor.
SESSION_HEADER = "X-Mizan-Session"

#: Those of htmx by which a response has it leave the page, as others do by a redirect.
LEAVING = ("HX-Redirect", "HX-Location", "HX-Refresh")
