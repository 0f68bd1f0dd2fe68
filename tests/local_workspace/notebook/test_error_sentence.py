"""An error begins with its own sentence, wherever it was raised."""

import pytest

from local_workspace.notebook.error_sentence import sentence_of

WORKER = """
  An exception was thrown from the Python worker. Please see the stack trace below.
Traceback (most recent call last):
  File "/src/recipes/ridge.py", line 12, in predict
    raise ValueError("x")
ValueError: column `x` is infinite.
Expected finite numbers.

JVM stacktrace:
org.apache.spark.SparkException
"""
CHAINED = """
  An exception was thrown from the Python worker.
Traceback (most recent call last):
  File "a.py", line 1, in f
KeyError: 'a'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "b.py", line 2, in g
    h()
    ~^^
recipes.errors.RecipeError: no column a.
"""


class PythonException(Exception):
    """Named as Spark's."""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (WORKER, "ValueError: column `x` is infinite.\nExpected finite numbers. (raised on a Spark worker)"),
        (CHAINED, "recipes.errors.RecipeError: no column a. (raised on a Spark worker)"),
        ("plain", "PythonException: plain"),
        ("\n  late", "PythonException: late"),
    ],
)
def test_the_sentence_of_a_worker_comes_first(text, sentence):
    assert sentence_of(PythonException(text)) == sentence
