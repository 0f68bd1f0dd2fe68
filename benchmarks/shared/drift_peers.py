"""Runs in a peer's own environment. Prints one line of JSON.

python drift_peers.py time <evidently | nannyml> <reference parquet> <current parquet>: seconds, peak megabytes
python drift_peers.py verdicts <evidently | nannyml> <folder>: by file of batches, the drifted columns of each batch
"""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds


def evidently(before: pd.DataFrame, now: pd.DataFrame) -> int:
    """Drifted columns by the default preset."""
    from evidently import Report
    from evidently.presets import DataDriftPreset

    found = Report([DataDriftPreset()]).run(reference_data=before, current_data=now).dict()
    return int(next(each["value"]["count"] for each in found["metrics"] if isinstance(each["value"], dict)))


def nannyml(before: pd.DataFrame, now: pd.DataFrame) -> int:
    """Columns with an alert by its defaults, the batch being one chunk and the reference many of that size."""
    import nannyml

    calculator = nannyml.UnivariateDriftCalculator(column_names=list(before.columns), chunk_size=len(now))
    calculator.fit(before)
    found = calculator.calculate(now).filter(period="analysis").to_df()
    return int(found.loc[:, [each for each in found.columns if each[-1] == "alert"]].to_numpy().sum())


def nannyml_three(before: pd.DataFrame, now: pd.DataFrame) -> None:
    """Three of its distances of every column, one chunk."""
    import nannyml

    calculator = nannyml.UnivariateDriftCalculator(
        column_names=list(before.columns),
        continuous_methods=["jensen_shannon", "kolmogorov_smirnov", "wasserstein"],
        chunk_number=1,
    )
    calculator.fit(before)
    calculator.calculate(now)


def read_numbers(place: str) -> pd.DataFrame:
    """All columns but the day, in memory of the system's own allocator."""
    pa.set_memory_pool(pa.system_memory_pool())
    names = [each for each in ds.dataset(place).schema.names if each != "day"]
    return ds.dataset(place).to_table(columns=names).to_pandas(split_blocks=True, self_destruct=True)


def timed(name: str, before: str, now: str) -> dict[str, float]:
    """Reading and imports aside: a thousand rows are asked about first."""
    frames = [read_numbers(each) for each in (before, now)]
    judge = {"evidently": evidently, "nannyml": nannyml_three}[name]
    judge(*(each.head(1_000) for each in frames))
    started = time.perf_counter()
    judge(*frames)
    took = time.perf_counter() - started
    return {"seconds": took, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def verdicts(name: str, folder: str) -> dict[str, list[int]]:
    """Of each <name>.npz: `reference`, shape (rows, columns), and `batches`, shape (batches, rows, columns)."""
    judge, found = {"evidently": evidently, "nannyml": nannyml}[name], {}
    for file in sorted(Path(folder).glob("*.npz")):
        arrays = np.load(file)
        names = [f"x{place}" for place in range(arrays["reference"].shape[1])]
        before = pd.DataFrame(arrays["reference"], columns=names)
        found[file.stem] = [judge(before, pd.DataFrame(each, columns=names)) for each in arrays["batches"]]
    return found


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    print(json.dumps({"time": timed, "verdicts": verdicts}[what](*arguments)))
