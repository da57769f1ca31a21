"""Check that a mail's text and HTML have the same code, and where its links lead."""

import html as entities
import re
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import nh3

from mocksms.core import domains
from mocksms.core.checks.check import N_, Check
from mocksms.core.codes import finder
from mocksms.core.codes.text import normalise
from mocksms.core.mail.html_text import is_slow_to_clean

_MOST_LINKS = 20
_EXAMINED = 200_000  # characters of HTML
_ANCHOR = re.compile(r'<a href="([^"]*)">([^<]*)</a>')
_ADDRESS = re.compile(
    r"(https?://)?((?:[\w-]+\.)+[^\W\d_]{2,24}|\d{1,3}(?:\.\d{1,3}){3})(:\d+)?([/?#]\S*)?", re.IGNORECASE
)
_FILE = re.compile(
    r"\.(?:pdf|zip|html?|txt|docx?|xlsx?|pptx?|png|jpe?g|gif|csv|ics|md|js|py)\Z", re.IGNORECASE
)
_SAID = {
    "userinfo": N_("Leads to %(host)s; what is before the “@” in its address is not the host."),
    "other_host": N_("Leads to %(host)s, but its text names %(named)s."),
    "lookalike": N_("Leads to %(host)s; letters in this name may look like others."),
    "ip_address": N_("Leads to %(host)s, an IP address without a name."),
    "plain_http": N_("Leads to %(host)s over plain HTTP."),
}
"""The texts of problems, the worst first."""
_PLAIN = N_("Leads to %(host)s.")


def same_code(body: str, html_text: str) -> Check | None:
    """Check that text and HTML have the same code. Return None when neither has one."""
    said = {"text": finder.find(body).code, "html": finder.find(html_text).code}
    if said["text"] is None and said["html"] is None:
        return None
    # The finder needs words around a code. If it is sure of one side, the other only needs to show the same code.
    if said["text"] is None and _shows(body, said["html"]):
        said["text"] = said["html"]
    if said["html"] is None and _shows(html_text, said["text"]):
        said["html"] = said["text"]
    if said["text"] == said["html"]:
        return Check("same_code", True, N_("Text and HTML have the same code, %(text)s."), said)
    if said["html"] is None:
        return Check("same_code", False, N_("The text has the code %(text)s, the HTML has none."), said)
    if said["text"] is None:
        return Check("same_code", False, N_("The HTML has the code %(html)s, the text has none."), said)
    return Check("same_code", False, N_("The text has the code %(text)s, the HTML has %(html)s."), said)


def _shows(text: str, code: str | None) -> bool:
    return code is not None and code in re.sub(r"(?<=\w)[\s-](?=\w)", "", normalise(text))


def links(addresses: tuple[str, ...], html: str = "") -> list[Check]:
    """Check each link: its host, plain HTTP, and whether its text names another host."""
    words: dict[str, str] = {}
    for address, text in _anchors(html):
        words[address] = words.get(address) or text
    return [_link(address, words.get(address, "")) for address in addresses[:_MOST_LINKS]]


def _anchors(html: str) -> list[tuple[str, str]]:
    """Return address and text of each link, from HTML of any kind, in linear time."""
    examined = html[:_EXAMINED]
    if "<a" not in examined.lower() or is_slow_to_clean(examined):
        return []
    plain = nh3.clean(
        examined,
        tags={"a"},
        attributes={"a": {"href"}},
        url_schemes={"http", "https"},
        link_rel=None,
    )
    return [
        (entities.unescape(address), " ".join(entities.unescape(text).split()))
        for address, text in _ANCHOR.findall(plain)
    ]


def _link(address: str, words: str) -> Check:
    details: dict[str, Any] = {"url": address, "host": "", "words": words, "named": None, "problems": []}
    try:
        parts = urlsplit(address)
        host = details["host"] = domains.ascii_name(parts.hostname or "")
    except ValueError:
        details["problems"] = ["no_host"]
        return Check("link", False, N_("“%(url)s” isn't an address that a browser can open."), details)
    named = _named(words)
    if named and not _is_same_site(named, host):
        details["named"] = named
    problems = {
        "userinfo": parts.username is not None,
        "other_host": details["named"] is not None,
        "lookalike": domains.may_look_like_another(host),
        "ip_address": _is_ip(host) and not _is_local(host),
        "plain_http": parts.scheme.lower() == "http" and not _is_local(host),
    }
    details["problems"] = [name for name in _SAID if problems[name]]
    if details["problems"]:
        return Check("link", False, _SAID[details["problems"][0]], details)
    return Check("link", True, _PLAIN, details)


def _named(words: str) -> str | None:
    """Return the host that a link's text names, if it reads like an address."""
    found = _ADDRESS.fullmatch(words.strip().rstrip(".,;:!?)"))
    if found is None or (not found[1] and not found[4] and _FILE.search(found[2])):
        return None
    return domains.ascii_name(found[2].lower())


def _is_same_site(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}") or (
        one.removeprefix("www.") == other.removeprefix("www.")
    )  # fmt: skip


def _is_ip(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


def _is_local(host: str) -> bool:
    """Return True for the tester's own machine, where plain HTTP is usual."""
    return (
        host == "localhost" or host.endswith(".localhost") or (_is_ip(host) and ip_address(host).is_loopback)
    )
