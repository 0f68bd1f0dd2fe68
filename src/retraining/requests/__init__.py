"""One file for each operator's job: the record of what was asked, and its parser."""
