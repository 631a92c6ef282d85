"""OpenSearch, the engine of production: `mapping` names and describes indexes, `query` builds bodies, `results` reads answers."""
