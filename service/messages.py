"""German messages that are declared in one place and shown in another.

What is shown in the interface's languages goes through gettext, and its id is the German sentence. Where the sentence is
data (a facet's heading) or is raised by a part that knows nothing of pages (an error), `message` marks it, so that the
extraction (`python -m service.translations`) finds it; the page translates it when it shows it.
"""


def message(text: str) -> str:
    """The text itself. The argument is a literal: the extraction reads the source, it does not run it."""
    return text
