"""How often a password may be tried, a link be used."""

from django.conf import settings
from django.http import HttpRequest

from annotate.core.limits import Attempts

# By address and name together, so that a stranger elsewhere cannot lock anybody out; by address alone against
# trying one password on many names, wide enough for a classroom behind one address.
BY_NAME = Attempts("sign-in by name", 10)
BY_ADDRESS = Attempts("sign-in by address", 200)
# Newcomers by one open link: from one address (a classroom has one) and altogether.
JOINS_BY_ADDRESS = Attempts("joins by address", 60)
JOINS_BY_LINK = Attempts("joins by link", 600)
COME_BACK = Attempts("come back", 30)
# API tokens that are none: only the wrong ones are counted, so that no neighbour's script is locked out with them.
BY_TOKEN = Attempts("wrong tokens", 30)


def address_of(request: HttpRequest) -> str:
    """The caller's address; the forwarded one only as far as our own proxies wrote it."""
    if settings.PROXIES:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if len(hops) >= settings.PROXIES:
            return str(hops[-settings.PROXIES])[:100]
    return str(request.META.get("REMOTE_ADDR", ""))
