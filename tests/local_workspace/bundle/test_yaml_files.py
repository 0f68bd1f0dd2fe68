"""How parts of a bundle are merged."""

from local_workspace.bundle.yaml_files import merge


def test_tasks_of_two_files_are_merged_by_their_key() -> None:
    base = {"tasks": [{"task_key": "a", "run_if": "ALL_DONE"}, {"task_key": "b"}]}
    compute = {"tasks": [{"task_key": "b", "environment_key": "default"}, {"task_key": "c"}]}

    assert merge(base, compute) == {
        "tasks": [
            {"task_key": "a", "run_if": "ALL_DONE"},
            {"task_key": "b", "environment_key": "default"},
            {"task_key": "c"},
        ]
    }


def test_a_target_changes_the_default_of_one_parameter() -> None:
    base = {"parameters": [{"name": "model", "default": "a"}, {"name": "as_of", "default": ""}]}

    both = merge(base, {"parameters": [{"name": "model", "default": "b"}]})

    assert both == {"parameters": [{"name": "model", "default": "b"}, {"name": "as_of", "default": ""}]}


def test_lists_without_names_are_joined_end_to_end() -> None:
    assert merge({"libraries": ["a"]}, {"libraries": ["b"]}) == {"libraries": ["a", "b"]}


def test_merging_changes_neither_side_even_when_yaml_anchors_share_it() -> None:
    shared = [{"task_key": "a"}]
    base = {"one": {"tasks": shared}, "two": {"tasks": shared}}

    merge(base, {"one": {"tasks": [{"task_key": "a", "run_if": "ALL_DONE"}]}})

    assert base == {"one": {"tasks": [{"task_key": "a"}]}, "two": {"tasks": [{"task_key": "a"}]}}
