"""Whether a challenger may replace the champion, judged on the same rows."""
