"""Where Spark reads and writes the files of a model, for the moment in which one is logged or loaded."""

from dataclasses import dataclass

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.utils import is_remote

from retraining.errors import RegistryError


@dataclass(frozen=True)
class SparkPlace:
    """A session, and a folder that both its workers and this process reach."""

    spark: SparkSession
    folder: str | None = None
    """In a volume, where compute needs one: serverless, and clusters that several people share. None where Spark and
    this process share a disk."""
    volume: str | None = None
    """Quoted name of the volume, where it is the product's own: made when it is first needed."""

    def ready(self) -> str | None:
        """The folder, in a volume that exists. Raises RegistryError, with the cure, where a model of Spark cannot be
        logged or loaded."""
        if self.folder is None and is_remote():
            raise RegistryError(
                "A model of Spark can be neither logged nor loaded over Spark Connect outside Databricks: MLflow "
                "copies its files through the Java of this process, which has none. Nothing was fitted and no alias "
                "moved. Start the run on classic Spark, as a laptop does, or on Databricks, where a volume holds "
                "the files on their way."
            )
        if self.volume is not None:
            try:
                self.spark.sql(f"CREATE VOLUME IF NOT EXISTS {self.volume}")
            except PySparkException as err:
                raise RegistryError(
                    f"Volume {self.volume}, which holds the files of a Spark model on their way, cannot be made "
                    f"({(str(err).splitlines() or [''])[0][:200]}). Nothing was fitted and no alias moved. Grant the "
                    f"run's identity CREATE VOLUME on the schema, or name a folder of a volume in the environment "
                    f"variable MLFLOW_DFS_TMP."
                ) from err
        return self.folder
