"""Japanese phrases stay whole: by the browser with repairs, or by marks where it cannot."""

from __future__ import annotations

from tests.browser.servers import Servers
from tools.driver import Page

SENTENCE = "次の認証方法ではコードを受け取れません。"
PHRASES = ["次の", "認証方法では", "コードを", "受け取れません。"]
CANNOT = "CSS.supports = () => false;"
ADDED = """(words) => new Promise((done) => {
    const added = document.createElement("p");
    added.id = "added";
    added.style.width = "9em";
    added.textContent = words;
    document.querySelector("main").append(added);
    requestAnimationFrame(() => requestAnimationFrame(done));
})"""
LINES = """() => {
    const walker = document.createTreeWalker(document.querySelector("#added"), NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    const lines = new Map();
    for (let node = walker.nextNode(); node; node = walker.nextNode()) [...node.data].forEach((letter, at) => {
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        const { top } = range.getBoundingClientRect();
        lines.set(top, (lines.get(top) ?? "") + letter);
    });
    return [...lines.values()];
}"""


def lines_of(servers: Servers, script: str = "") -> tuple[Page, list[str]]:
    """Add a paragraph to a page and return the page and the paragraph's lines."""
    page = servers.window()
    page.add_init_script(script)
    page.goto(f"{servers.site_url}/ap/signin")
    page.locator("html[data-phrases=whole]").wait_for(state="attached")
    page.evaluate(ADDED, SENTENCE)
    return page, page.evaluate(LINES)


def assert_whole(lines: list[str]) -> None:
    """Fail on a line that begins or ends within a phrase."""
    ends = {"".join(PHRASES[:at]) for at in range(1, len(PHRASES) + 1)}
    assert len(lines) > 1
    assert {"".join(lines[:at]) for at in range(1, len(lines) + 1)} <= ends, lines


def test_a_torn_phrase_is_mended(servers: Servers) -> None:
    page, lines = lines_of(servers)
    assert_whole(lines)
    assert page.locator("wbr").count() == 0, "this browser would read it as a space"
    assert page.locator("#added").text_content() == SENTENCE


def test_phrases_are_marked_where_the_browser_knows_none(servers: Servers) -> None:
    page, lines = lines_of(servers, CANNOT)
    assert_whole(lines)
    assert page.locator("#added wbr").count() == len(PHRASES) - 1
    assert page.locator("#added").text_content() == SENTENCE
    assert page.evaluate("getComputedStyle(document.querySelector('#added')).wordBreak") == "keep-all"
    assert page.evaluate("document.querySelector('#added').innerText") == SENTENCE, (
        "what is copied has no marks"
    )
