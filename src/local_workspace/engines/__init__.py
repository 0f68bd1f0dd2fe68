"""What a run works on: a Spark session with Delta, and an MLflow server."""
