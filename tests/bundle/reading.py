"""Reads a bundle as the Databricks CLI merges it, written apart from the local workspace's reader as a cross-check."""

import ast

import yaml

MERGE_KEYS = {
    "tasks": "task_key",
    "job_clusters": "job_cluster_key",
    "environments": "environment_key",
    "parameters": "name",
}
# What open_stage declares in every notebook that calls it.
OPEN_STAGE_WIDGETS = {"model", "as_of", "run_id", "code_version", "catalog", "schema", "experiment"}

OPEN_INDEX_WIDGETS = {"index", "allow_deletions", "as_of", "run_id", "code_version", "catalog", "schema"}

OPEN_BATCH_WIDGETS = {"batch", "as_of", "run_id", "code_version", "catalog", "schema", "experiment"}
OPEN_CONSUMERS_WIDGETS = {"model", "as_of", "run_id", "code_version", "catalog", "schema"}

OPEN_SCHEDULE_WIDGETS = {"as_of", "catalog", "schema", "due_only"}


class Bundle:
    """The YAML files of a folder, apart and merged for each target. more: patterns of files that a user may include."""

    def __init__(self, root, more=()):
        self.root = root
        main = root / "databricks.yml"
        patterns = (*read(main)["include"], *more)
        included = [file for pattern in patterns for file in sorted(root.glob(pattern))]
        self.files = {file: read(file) for file in (main, *included)}
        self.merged = {}
        for content in self.files.values():
            self.merged = merge(self.merged, content)
        self.targets = {name: self._target(name) for name in self.merged["targets"]}

    def _target(self, name):
        shared = {key: value for key, value in self.merged.items() if key != "targets"}
        return merge(shared, self.merged["targets"][name])

    def jobs(self):
        """(target, job key, job) of every job of every target."""
        return [
            (target, key, job)
            for target, content in self.targets.items()
            for key, job in content["resources"].get("jobs", {}).items()
        ]

    def tasks(self):
        """(place, job, task) of every task; place reads like `dev: retraining.ingest`."""
        return [
            (f"{target}: {key}.{task['task_key']}", job, task)
            for target, key, job in self.jobs()
            for task in job["tasks"]
        ]

    def work(self):
        """(place, job, what is done in the end) of every task: the nested task of a for_each_task, else the task."""
        return [(place, job, innermost(task)) for place, job, task in self.tasks()]

    def variable(self, target, name):
        """What a variable is in a target: None without a default there or in its declaration."""
        value = self.targets[target].get("variables", {}).get(name)
        return value.get("default") if isinstance(value, dict) else value

    def notebook(self, task):
        """The notebook file of a task. Paths count from the YAML file that holds them, and jobs live in resources/."""
        return (self.root / "resources" / task["notebook_task"]["notebook_path"]).resolve()

    def notebooks(self):
        files = sorted((self.root / "notebooks").rglob("*.py"))
        assert files, f"no notebook under {self.root}"
        return files


def read(file):
    return yaml.safe_load(file.read_text("utf-8"))


def merge(under, over, key=None):
    """over wins; maps merge, lists of tasks and the like merge by their key, other lists are joined."""
    if isinstance(under, dict) and isinstance(over, dict):
        return {name: merge(under.get(name), over.get(name), name) for name in {**under, **over}}
    if isinstance(under, list) and isinstance(over, list):
        if key not in MERGE_KEYS:
            return under + over
        entries = {}
        for entry in under + over:
            name = entry[MERGE_KEYS[key]]
            entries[name] = merge(entries.get(name), entry)
        return list(entries.values())
    return under if over is None else over


def strings(value):
    """(key, text) of every text inside a YAML value."""
    stack = [("", value)]
    while stack:
        key, value = stack.pop()
        if isinstance(value, dict):
            stack.extend(value.items())
        elif isinstance(value, list):
            stack.extend((key, entry) for entry in value)
        elif isinstance(value, str):
            yield key, value


def innermost(task):
    return task["for_each_task"]["task"] if "for_each_task" in task else task


def upstream(task, job):
    """Names of all tasks that a task waits for, also indirectly."""
    waits_for = {
        other["task_key"]: [edge["task_key"] for edge in other.get("depends_on", [])] for other in job["tasks"]
    }
    found, stack = set(), list(waits_for[task["task_key"]])
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack.extend(waits_for.get(name, []))
    return found


def calls(notebook):
    """(dotted name, call) of every call in a notebook."""
    tree = ast.parse(notebook.read_text("utf-8"))
    return [(ast.unparse(node.func), node) for node in ast.walk(tree) if isinstance(node, ast.Call)]


def published(notebook):
    """Task values that a notebook sets."""
    keys = set()
    for name, call in calls(notebook):
        keywords = {word.arg: word.value for word in call.keywords}
        if name.endswith(".publish"):
            keys |= set(keywords)
        elif name.endswith("taskValues.set"):
            keys.add(ast.literal_eval(keywords["key"]))
    return keys


def widgets(notebook):
    """Widgets that a notebook declares."""
    names = set()
    for name, call in calls(notebook):
        if name.split(".")[-1] == "open_stage":
            literal = [word.value for word in call.keywords if word.arg == "widgets"]
            names |= OPEN_STAGE_WIDGETS | {key for value in literal for key in ast.literal_eval(value)}
        elif name == "open_consumers":
            literal = [word.value for word in call.keywords if word.arg == "widgets"]
            names |= OPEN_CONSUMERS_WIDGETS | {key for value in literal for key in ast.literal_eval(value)}
        elif name == "open_schedule":
            names |= OPEN_SCHEDULE_WIDGETS
        elif name == "open_batch":
            names |= OPEN_BATCH_WIDGETS
        elif name == "open_index":
            names |= OPEN_INDEX_WIDGETS
        elif name == "dbutils.widgets.text":
            names.add(ast.literal_eval(call.args[0]))
    return names
