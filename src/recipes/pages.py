"""Web pages as a search index needs them: their text, without menus, scripts and tags."""

from html.parser import HTMLParser

HIDDEN = {"script", "style", "nav", "header", "footer", "template", "noscript"}
"""Elements whose text is not about the page."""


def text_of_page(path: str, content: bytes) -> bytes:
    """The visible text of an HTML or .aspx page; any other document as it is. Signs that are not UTF-8 are replaced."""
    if not path.lower().endswith((".html", ".htm", ".aspx")):
        return content
    reader = _TextReader()
    reader.feed(content.decode(errors="replace"))
    reader.close()
    return "\n".join(reader.lines).encode()


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in HIDDEN:
            self._hidden.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and tag == self._hidden[-1]:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not self._hidden:
            self.lines.append(text)
