"""What a run works on: Spark with Delta, the MLflow server, and the lock of the state folder."""
