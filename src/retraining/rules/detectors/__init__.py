"""Sequential detectors: has the error of a model changed? One value at a time, a few numbers of state."""
