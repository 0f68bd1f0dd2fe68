"""How an endpoint goes from one version to another: which shares, and whether to go on. Pure."""
