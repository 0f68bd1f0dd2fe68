"""Databricks Model Serving, through the SDK. A laptop that serves the same API is the same to it."""
