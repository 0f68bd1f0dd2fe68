"""Jobs over HTTP: runs that wait for their turn, one process each, and what the public API says about them."""
