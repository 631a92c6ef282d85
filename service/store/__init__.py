"""The store: SQL only. Offers, vocabularies, accounts, index states; see `models` for the tables."""
