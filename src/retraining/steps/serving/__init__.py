"""The parts of changing what an endpoint serves."""
