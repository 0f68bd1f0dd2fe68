"""Parts of the refresh of a search index: compare, copy, let go, wait for the indexer, confirm."""
