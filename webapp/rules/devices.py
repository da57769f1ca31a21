"""A device in words, by the header User-Agent."""

from __future__ import annotations

from functools import lru_cache

LONGEST_USER_AGENT = 512

_BROWSERS = {
    **{name: name for name in (
        "Brave", "CFNetwork", "Chrome", "Chromium", "curl", "DuckDuckGo", "Edge", "Electron", "Epiphany",
        "Facebook", "Firefox", "Go-http-client", "Google", "HeadlessChrome", "IE", "Instagram", "KakaoTalk",
        "Konqueror", "LINE", "okhttp", "Opera", "Opera GX", "Opera Mini", "Opera Touch", "Pinterest",
        "PostmanRuntime", "Puffin", "Python aiohttp", "Python Requests", "Python-urllib", "QQ Browser",
        "Safari", "Samsung Internet", "SeaMonkey", "Sleipnir", "TikTok", "Twitter", "UC Browser", "Vivaldi",
        "WeChat Browser", "Wget", "Whale", "Yandex Browser",
    )},
    "Amazon Silk": "Silk",
    "Android": "Android Browser",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile WebView": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "DuckDuckGo Mobile": "DuckDuckGo",
    "Ecosia Android": "Ecosia",
    "Ecosia iOS": "Ecosia",
    "Edge Mobile": "Edge",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "IE Mobile": "IE",
    "MiuiBrowser": "Mi Browser",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Safari",
    "Opera Mobile": "Opera",
    "Pale Moon": "Pale Moon",
    "QQ Browser Mobile": "QQ Browser",
}  # fmt: skip
"""What the parser calls a browser, and what users read.

The parser takes other names from the header itself: a stranger could write words into the owner's mails.
"""
_SYSTEMS = {
    **{name: name for name in (
        "Android", "Chrome OS", "Debian", "Fedora", "FreeBSD", "iOS", "KaiOS", "Linux", "Mac OS", "OpenBSD",
        "Red Hat", "Tizen", "tvOS", "Ubuntu", "webOS", "Windows", "Windows Phone",
    )},
    "Mac OS X": "macOS",
    "WatchOS": "watchOS",
}  # fmt: skip


@lru_cache(maxsize=1024)
def device_label(user_agent: str) -> str:
    """Return such as "Chrome, Windows", or "" when the header names no browser and no system that we know.

    The header is a stranger's text, so no word of it is shown (docs/promises.md#91). The parser's rules load at the
    first call, not at start.
    """
    import ua_parser  # its rules are slow to load

    shortened = user_agent[:LONGEST_USER_AGENT]
    browser, system = ua_parser.parse_user_agent(shortened), ua_parser.parse_os(shortened)
    known = (
        _BROWSERS.get(browser.family, "") if browser else "",
        _SYSTEMS.get(system.family, "") if system else "",
    )
    return ", ".join(name for name in known if name)
