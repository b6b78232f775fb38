"""Values of rows in Markdown metadata, as a CommonMark parser with tables reads them."""

import pytest
from markdown_it import MarkdownIt

from ecommerce_pipeline.io_managers.markdown import table

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "<b>bold</b>",
    "[click](javascript:alert(1))",
    "![pixel](https://a.example/pixel.png)",
    "https://a.example/?q=1",
    "www.a.example",
    "<https://a.example>",
    "a@b.example",
    "[x]: https://a.example",
    "**bold** _it_ ~~gone~~ `code`",
    "a | b \\| c",
    "one\n\n# two\r\n* three\u2028four",
    "&lt;script&gt; &copy;",
    "ends with a backslash\\",
    "\\<b>",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_is_shown_as_it_is(value: str) -> None:
    """A review could show a form, load an image from elsewhere or link to a script in the UI."""
    reader = MarkdownIt("gfm-like", {"linkify": False})
    tokens = reader.parse(table(["value", "next"], [[value, "end"]]))
    assert tokens[-1].type == "table_close"
    cells = [token for token in tokens if token.type == "inline"]
    assert [child.type for cell in cells for child in cell.children or []] == ["text"] * 4
    assert [cell.children[0].content for cell in cells if cell.children][2:] == [" ".join(value.splitlines()), "end"]
