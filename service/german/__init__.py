"""German text, once and for both engines: pure functions without I/O.

normalise  what every text and query needs first, and plain text from HTML
analysis   the tokens of the server's analyzers, with their places in the original text
compounds  the parts of a compound, and which words of the offers may become parts
spelling   the words of the offers and those a few edits away
synonyms   everyday words and official words for one thing
foreign    folding and light stemming for the labels in other languages
wordlist   how the files in ``mappings/`` are read
"""
