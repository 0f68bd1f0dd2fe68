"""Retraining for callers from outside, over HTTP with the Databricks SDK: a workspace, or a laptop that serves one."""
