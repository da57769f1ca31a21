"""The HTML of a mail as text, from which a code can be read."""

from __future__ import annotations

import pytest

from mocksms.core.codes import finder
from mocksms.core.mail.html_text import text_of_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<html><head><title>Shop</title><style>p {}</style><body>Code 482913", "Code 482913"),
        ("<head><title>Shop</title><p>Code 482913", "Code 482913"),
        (
            "<table><tr><td>Code</td><td>482913</td><td>10</td></tr><tr><th>a<td>b</table>",
            "Code 482913 10\na b",
        ),
        ("<ul><li>one<li>two</ul><ol><li>three</ol>", "one\ntwo\nthree"),
        ("<h1>Shop</h1>Code<h6>482913</h6>minutes", "Shop\nCode\n482913\nminutes"),
        ("a<section>b</section><article>c</article><footer>d</footer>e", "a\nb\nc\nd\ne"),
        ("<dl><dt>Code<dd>482913</dl>", "Code\n482913"),
        ("Your\n  code<br>is <span>48</span><b>29</b><i>13</i>.", "Your code\nis 482913."),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("a<!-- 111111 --><!--[if mso]>222222<![endif]-->b", "ab"),
        ("<style>a{}</style><STYLE>b{}</STYLE >x<script>y</script><template>z</template>", "x"),
        ("<p hidden>111111</p><div style='DISPLAY : none !important'>222222</div>x", "x"),
        ("&#x34;&#56;2913 &nbsp;&copy;<wbr>", "482913 ©"),
        ("<p>unclosed <b>and <i>crossed</b> over</i>", "unclosed and crossed over"),
        ("İİİ<!-- x -->y", "İİİy"),
        ("", ""),
    ],
)
def test_html_reads_as_it_is_seen(html: str, text: str) -> None:
    assert text_of_html(html) == text


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td>Code</td><td>482913</td></tr></table>",
        "<table><tr><td>Code</td><td>482913</td><td>10</td></tr></table>",
        "<p>Your code</p><table><tr>"
        + "".join(f"<td> {digit} </td>\n" for digit in "482913")
        + "</tr></table>",
        "<p>Your code:</p>" + "".join(f"<span>{digit}</span>" for digit in "482913"),
        "<p>Your code:</p>"
        + "".join(f"<div style='display:inline-block'>{digit}</div>" for digit in "482913"),
        "<p>Your code:</p><table><tr><td>482</td><td>913</td></tr></table>",
        "<p>認証コード</p><table>"
        + "".join(f"<td><p>{digit}</p></td>" for digit in "４８２９１３")
        + "</table>",
    ],
)
def test_code_spread_over_cells_or_spans_is_one(html: str) -> None:
    assert finder.find(text_of_html(html)).code == "482913"


def test_text_of_a_long_page_is_cut_and_pictures_cost_nothing() -> None:
    picture = f'<img src="data:image/png;base64,{"A" * 500_000}">'
    assert text_of_html(picture + "<p>Code 482913") == "Code 482913"
    assert text_of_html("<style>" + "a{}" * 100_000 + "</style>Code 482913") == "Code 482913"
    assert len(text_of_html("<p>word word" * 100_000)) < 100_000
