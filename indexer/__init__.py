"""The indexer: turns offers into search documents, keeps every index current, builds, checks and switches indexes."""
