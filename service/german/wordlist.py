"""Word-list files of ``mappings/``: one word a line, ``#`` begins a comment, empty lines are ignored."""


def parse_words(text: str) -> tuple[str, ...]:
    """The words of a list in file order, lower-cased, each once.

    >>> parse_words("# parts\\nKurs\\nkurs  # again\\nBeratung")
    ('kurs', 'beratung')
    """
    words = (line.partition("#")[0].strip().lower() for line in text.splitlines())
    return tuple(dict.fromkeys(word for word in words if word))
