"""A page's form as a browser would send it."""

from __future__ import annotations

from html.parser import HTMLParser

from werkzeug.datastructures import MultiDict


class _Forms(HTMLParser):
    def __init__(self, css_class: str) -> None:
        super().__init__()
        self.css_class = css_class
        self.inside = False
        self.sent: MultiDict[str, str] = MultiDict()
        self._area: str | None = None
        self._text = ""
        self._select = ""
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = self.css_class in given.get("class", "").split()
        if not self.inside or "disabled" in given:
            return
        name = given.get("name", "")
        if tag == "input" and name:
            ticked = given.get("type") not in {"checkbox", "radio"} or "checked" in given
            if ticked:
                self.sent.add(name, given.get("value", ""))
        elif tag == "textarea":
            self._area, self._text = name, ""
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option" and self._select:
            self._options.append((given.get("value", ""), "selected" in given))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea" and self._area is not None:
            text = self._text.replace("\r\n", "\n").removeprefix("\n").replace("\n", "\r\n")  # HTML 13.1.2.5, 4.10.11
            self.sent.add(self._area, text)
            self._area = None
        elif tag == "select" and self._select:
            chosen = [value for value, selected in self._options if selected] or [self._options[0][0]]
            self.sent.add(self._select, chosen[-1])
            self._select = ""


def sent(page: str, css_class: str = "staff-form") -> MultiDict[str, str]:
    """What the form with this class sends when nothing is changed."""
    reader = _Forms(css_class)
    reader.feed(page)
    assert reader.sent, page
    return reader.sent
