"""Keeps registered models healthy: ingest, score, check drift, decide, retrain, promote, report."""
