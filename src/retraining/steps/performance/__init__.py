"""The realised error of versions, and the estimated one while labels are missing."""
