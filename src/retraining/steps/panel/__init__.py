"""A panel of series: read by bucket, followed, forecast, fitted and judged, each on the workers."""
