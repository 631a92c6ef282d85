"""How good the search is: judged queries, and figures of what a search answers to them."""
