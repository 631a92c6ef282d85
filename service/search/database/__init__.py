"""Plain search in the store itself, for when no index answers: the same hits for filters, simpler ones for words."""
