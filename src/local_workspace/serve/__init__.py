"""`./workspace serve`: champions answer over HTTP, behind the addresses of a workspace's public API."""
