"""How fast the product is, measured on real text against the bare engines in the same run: `angebote bench`.

    corpus      offers made of real text, with skewed facets; addresses  what visitors ask for
    rounds      interleaved rounds, medians, spreads, percentiles; figures  what was measured and what was wished for
    stage       a store, indexes and processes (`processes`) of the bench's own, removed at its end
    relay       a way to OpenSearch that can be made to fail; sampling  memory of processes and of what they start
    pages throughput memory indexing busy readers standby freshness editing profiling  one measurement each

Nothing of the product imports this package.
"""
