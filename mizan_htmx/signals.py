"""The public signals: ``invalidated`` is sent after each commit that invalidates something."""

from django.dispatch import Signal

__all__ = ["invalidated"]

#: Sent after the commit with ``invalidations`` (a tuple), and with ``request`` and ``response``, or ``None``
#: for each. An exception in a receiver is logged.
invalidated = Signal()
