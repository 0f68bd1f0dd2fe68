"""A stand-in for a Databricks workspace on a laptop: runs a bundle's jobs on real Spark, Delta and MLflow.

From a shell: `./workspace run <job>`. From Python: `local_workspace.workspace.LocalWorkspace`.
"""
