"""A search service for a laptop: it keeps the contract of Azure AI Search that the refresh of an index relies on."""
