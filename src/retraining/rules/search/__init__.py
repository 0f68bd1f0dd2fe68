"""What has to be copied, deleted and verified so that an index equals its source."""
