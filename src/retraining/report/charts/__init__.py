"""Charts as inline SVG: one file a chart."""
