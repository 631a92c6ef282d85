"""Rich text: which HTML an offer's text may hold. Cleaned when written and again when shown."""

import re
import unicodedata
from html import escape

import nh3

TAGS = {"p", "h3", "h4", "ul", "ol", "li", "strong", "em", "a", "br"}
SCHEMES = {"http", "https", "mailto", "tel"}
LOOKS_LIKE_HTML = re.compile(r"</?(?:p|h[1-6]|ul|ol|li|strong|b|em|i|a|br|div|span|table|img)\b[^>]*>", re.IGNORECASE)


def clean_html(text: str) -> str:
    """Safe HTML from HTML or from plain text (blank lines become paragraphs). Cleaning twice changes nothing.

    "" where no word is left.
    """
    if text and not LOOKS_LIKE_HTML.search(text):
        text = "".join(
            f"<p>{'<br>'.join(escape(part, quote=False).splitlines())}</p>"
            for part in re.split(r"\n\s*\n", text)
            if part.strip()
        )
    clean = nh3.clean(
        text, tags=TAGS, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel="nofollow noopener"
    ).strip()
    clean = unicodedata.normalize("NFC", clean)  # entities such as u&#776; are letters only now
    if not re.sub(r"<[^>]*>|&nbsp;|\s", "", clean):
        return ""
    return clean if LOOKS_LIKE_HTML.search(clean) else f"<p>{clean}</p>"
