"""Which version is live, was live, or may be live next: read from the rows of `promotions` and `model_manifests`."""
