"""From a source to one append of judged rows."""
