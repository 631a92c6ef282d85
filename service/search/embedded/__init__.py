"""The embedded engine: a tantivy index in the data folder, holding the tokens of the Python analysis as they are."""
