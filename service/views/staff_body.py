"""The description as people type it: paragraphs, "- " and "1. " lists, "## " headings, **strong**, *emphasis*, [text](address).

What cannot be said this way stays HTML, so that showing and saving a text loses nothing of it.
"""

import re
from html import escape
from html.parser import HTMLParser

from service.schemas.richtext import LOOKS_LIKE_HTML, clean_html

MARKS = {"strong": "**", "em": "*"}
HEADINGS = {"h3": "## ", "h4": "### "}


def to_text(html: str) -> str:
    """The typed form of a stored text; the HTML itself where it would not come back the same but for blanks between tags."""
    reader = _Reader()
    reader.feed(_tight(html))
    text = reader.text()
    return text if _tight(to_html(text)) == _tight(html) else html


def _tight(html: str) -> str:
    return re.sub(r"(</?(?:p|h3|h4|ul|ol|li)>)\s+(?=<)", r"\1", html)


def to_html(text: str, before: str = "") -> str:
    """The HTML of a typed text; HTML stays what it is, cleaned. `before`: what is stored, kept if nothing was changed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if before and text == to_text(before):
        return before
    if not text or LOOKS_LIKE_HTML.search(text):
        return clean_html(text)
    return clean_html("".join(_block(block) for block in re.split(r"\n[ \t]*\n+", text)))


def _block(block: str) -> str:
    lines = [line.strip() for line in block.strip().splitlines()]
    for tag, mark in reversed(HEADINGS.items()):
        if len(lines) == 1 and lines[0].startswith(mark):
            return f"<{tag}>{_inline(lines[0][len(mark) :])}</{tag}>"
    for tag, mark in (("ul", r"[-•]\s+"), ("ol", r"[0-9]{1,3}\.\s+")):
        if all(re.match(mark, line) for line in lines):
            entries = (_inline(re.sub(mark, "", line, count=1)) for line in lines)
            return f"<{tag}>{''.join(f'<li>{entry}</li>' for entry in entries)}</{tag}>"
    return f"<p>{'<br>'.join(_inline(line) for line in lines)}</p>"


def _inline(text: str) -> str:
    text = escape(text, quote=False)
    text = re.sub(r"\*\*(?=\S)([^*]+?)(?<=\S)\*\*", r"<strong>\1</strong>", text)
    text = re.sub(r"(?<!\*)\*(?=\S)([^*]+?)(?<=\S)\*(?!\*)", r"<em>\1</em>", text)
    return re.sub(r"\[([^\[\]]+)\]\(([^\s()\"<>]+)\)", r'<a href="\2">\1</a>', text)


class _Reader(HTMLParser):
    """Writes cleaned HTML as typed text, as well as it can."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[str] = [""]
        self.lists: list[tuple[str, int]] = []
        self.address = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens a block or a mark."""
        if tag in HEADINGS or tag in {"p", "ul", "ol"}:
            self.blocks.append(HEADINGS.get(tag, ""))
        if tag in {"ul", "ol"}:
            self.lists.append((tag, 0))
        elif tag == "li" and self.lists:
            kind, number = self.lists.pop()
            self.lists.append((kind, number + 1))
            self.blocks[-1] += ("\n" if number else "") + ("- " if kind == "ul" else f"{number + 1}. ")
        elif tag == "br":
            self.blocks[-1] += "\n"
        elif tag == "a":
            self.address = dict(attrs).get("href") or ""
            self.blocks[-1] += "["
        else:
            self.blocks[-1] += MARKS.get(tag, "")

    def handle_endtag(self, tag: str) -> None:
        """Closes it."""
        if tag in {"ul", "ol"} and self.lists:
            self.lists.pop()
        elif tag == "a":
            self.blocks[-1] += f"]({self.address})"
        else:
            self.blocks[-1] += MARKS.get(tag, "")

    def handle_data(self, data: str) -> None:
        """The words."""
        self.blocks[-1] += data

    def text(self) -> str:
        """Everything read so far."""
        return "\n\n".join(block.strip() for block in self.blocks if block.strip())
