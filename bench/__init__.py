"""How fast the product is, measured on real text against the bare engines in the same run: `angebote bench`.

    corpus      offers made of real text, with skewed facets; addresses  what visitors ask for
    rounds      interleaved rounds, medians, spreads, percentiles; figures  what was measured and what was wished for
    stage       a store, indexes and processes of the bench's own, removed at its end
    pages throughput indexing freshness editing memory profiling  one measurement each

Nothing of the product imports this package.
"""
