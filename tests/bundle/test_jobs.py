"""What every job and target must have, beyond what a parser can see."""

import pytest

from .reading import innermost


def jobs_without_one_leaf(bundle):
    """Databricks judges a run by its leaves: one leaf, so that one task's result is the run's."""
    wrong = []
    for target, key, job in bundle.jobs():
        waited_for = {edge["task_key"] for task in job["tasks"] for edge in task.get("depends_on", [])}
        leaves = [task["task_key"] for task in job["tasks"] if task["task_key"] not in waited_for]
        wrong += [f"{target}: {key} ends in {leaves}"] if len(leaves) != 1 else []
    return wrong


def missing_settings(bundle):
    """A job says what it does, runs once at a time, and queues instead of skipping."""
    return [
        f"{target}: {key}: {name}"
        for target, key, job in bundle.jobs()
        for name, right in (
            ("description", bool(job.get("description"))),
            ("max_concurrent_runs", job.get("max_concurrent_runs") == 1),
            ("queue", job.get("queue") == {"enabled": True}),
        )
        if not right
    ]


def wrong_mails(bundle):
    """One mail a failure: a job that starts others leaves it to them, and sends one only for its own tasks."""
    wrong = []
    for target, key, job in bundle.jobs():
        own = [task for task in job["tasks"] if "notebook_task" in task]
        starts_others = any("run_job_task" in innermost(task) for task in job["tasks"])
        expected = (not starts_others, *[starts_others] * len(own))
        if tuple(map(sends_mail, (job, *own))) != expected:
            wrong.append(f"{target}: {key}")
    return wrong


def sends_mail(settings):
    return settings.get("email_notifications", {}).get("on_failure") == ["${var.notify}"]


def tried_twice(bundle):
    """Tasks that would only repeat their answer, and their mail, if they were tried again."""
    return [
        place
        for place, _, task in bundle.tasks()
        if task["task_key"] in ("report", "preflight", "reproduce")
        and (task.get("max_retries"), task.get("disable_auto_optimization")) != (0, True)
    ]


def never_slow(bundle):
    """Jobs of the loop that may take until their timeout before anyone looks at them."""
    wrong = []
    for target, key, job in bundle.jobs():
        rules = [rule["value"] for rule in job.get("health", {}).get("rules", [])]
        warned = job.get("email_notifications", {}).get("on_duration_warning_threshold_exceeded")
        if key in ("retraining", "retrain_all") and not (warned and rules and rules[0] < job["timeout_seconds"]):
            wrong.append(f"{target}: {key}")
    return wrong


def missing_timeouts(bundle):
    jobs = [f"{target}: {key}" for target, key, job in bundle.jobs() if not job.get("timeout_seconds")]
    return jobs + [
        place for place, _, task in bundle.work() if "notebook_task" in task and not task.get("timeout_seconds")
    ]


def unknown_task_types(bundle):
    """A new type of task must first be added to the checks of this file."""
    inside = {"notebook_task", "run_job_task"}
    known = {*inside, "condition_task", "for_each_task"}
    wrong = [place for place, _, task in bundle.tasks() if len(known & set(task)) != 1]
    nested = [(place, task["for_each_task"]["task"]) for place, _, task in bundle.tasks() if "for_each_task" in task]
    return wrong + [place for place, task in nested if len(inside & set(task)) != 1]


def wrong_compute(bundle):
    """A notebook task has exactly one of environment and job cluster, defined in its job; other tasks have none."""
    wrong = []
    for place, job, task in bundle.work():
        defined = [("environment_key", entry["environment_key"]) for entry in job.get("environments", [])]
        defined += [("job_cluster_key", entry["job_cluster_key"]) for entry in job.get("job_clusters", [])]
        named = [(key, task[key]) for key in ("environment_key", "job_cluster_key") if key in task]
        right = len(named) == 1 and named[0] in defined if "notebook_task" in task else not named
        wrong += [] if right else [place]
    return wrong


def wrong_production(bundle):
    wrong = []
    for name, target in bundle.targets.items():
        if target.get("mode") != "production":
            continue
        root = target.get("workspace", {}).get("root_path", "")
        if not root or root.startswith("/Workspace/Shared"):
            wrong.append(f"{name}: root_path {root!r}")
        wrong += [f"{name}: no {key}" for key in ("run_as", "permissions") if not target.get(key)]
    return wrong


def careless_prod(bundle):
    """Prod is deployed from one branch, and not under a run that is going on."""
    prod = bundle.targets["prod"]
    found = {
        "git.branch": prod.get("git", {}).get("branch"),
        "fail_on_active_runs": prod["bundle"].get("deployment", {}).get("fail_on_active_runs"),
    }
    return [name for name, value in found.items() if not value]


def demo_outside_development(bundle):
    return [
        target
        for target, key, _ in bundle.jobs()
        if key.startswith("demo") and bundle.targets[target].get("mode") != "development"
    ]


def wrong_grants(bundle):
    return [
        f"{name}: {key}"
        for name, target in bundle.targets.items()
        for of_kind in target["resources"].values()
        for key, resource in of_kind.items()
        for grant in listed(bundle, name, resource.get("grants", []))
        if not (grant.get("principal") and grant.get("privileges"))
    ]


def listed(bundle, target, value):
    """A list, or that of the variable that is named instead."""
    return bundle.variable(target, value.removeprefix("${var.").removesuffix("}")) if isinstance(value, str) else value


def wrong_run_job_parameters(bundle):
    """A run_job_task passes only parameters that the job it runs has."""
    jobs = {(target, key): job for target, key, job in bundle.jobs()}
    wrong = []
    for place, _, task in bundle.work():
        if called := task.get("run_job_task"):
            key = called["job_id"].removeprefix("${resources.jobs.").removesuffix(".id}")
            has = {entry["name"] for entry in jobs[place.split(":")[0], key].get("parameters", [])}
            wrong += [f"{place}: {name}" for name in set(called.get("job_parameters", {})) - has]
    return wrong


CHECKS = [
    *(jobs_without_one_leaf, missing_settings, wrong_mails, tried_twice, never_slow, missing_timeouts),
    *(unknown_task_types, wrong_compute, wrong_production, careless_prod),
    *(demo_outside_development, wrong_grants, wrong_run_job_parameters),
]


@pytest.mark.parametrize("check", CHECKS)
def test_every_job_and_target_has_what_it_must_have(bundle, check):
    assert check(bundle) == []


def test_development_targets_have_the_demo_and_production_is_production(bundle):
    for name in ("demo", "demo_month", "demo_forecast", "demo_forecast_step"):
        assert {target for target, key, _ in bundle.jobs() if key == name} == {"dev", "classic"}
    modes = {name: target["mode"] for name, target in bundle.targets.items()}
    assert modes == {"dev": "development", "classic": "development", "staging": "production", "prod": "production"}


LOOP, MAIN, COMPUTE = "resources/loop.job.yml", "databricks.yml", "resources/compute.yml"
DAILY = "resources/daily.job.yml"
NESTED_CALL = 'run_job_task: { job_id: "${resources.jobs.loop.id}", job_parameters: { month: "{{input}}" } }'
MAIL = 'email_notifications: { on_failure: ["${var.notify}"] }'
CALL = """depends_on: [{ task_key: first }]
          run_job_task: { job_id: "${resources.jobs.loop.id}", job_parameters: { year: "1" } }"""


@pytest.mark.parametrize(
    ("check", "file", "old", "new"),
    [
        (jobs_without_one_leaf, LOOP, "depends_on: [{ task_key: first }]", "depends_on: []"),
        (missing_settings, LOOP, "description: a loop\n      ", ""),
        (missing_settings, LOOP, "max_concurrent_runs: 1", "max_concurrent_runs: 2"),
        (missing_settings, LOOP, "queue: { enabled: true }\n      ", ""),
        (wrong_mails, LOOP, "on_failure", "on_success"),
        (wrong_mails, DAILY, "description:", f"{MAIL}\n      description:"),
        (wrong_mails, DAILY, NESTED_CALL, "notebook_task: { notebook_path: ../notebooks/last.py }"),
        (careless_prod, MAIN, "git: { branch: main }", "git: {}"),
        (careless_prod, MAIN, "fail_on_active_runs: true", ""),
        (missing_timeouts, LOOP, "timeout_seconds: 60\n      email", "email"),
        (missing_timeouts, DAILY, NESTED_CALL, "notebook_task: { notebook_path: ../notebooks/last.py }"),
        (missing_timeouts, LOOP, "timeout_seconds: 60\n          notebook_task:\n", "notebook_task:\n"),
        (unknown_task_types, LOOP, "notebook_task: {", "spark_python_task: {"),
        (unknown_task_types, DAILY, NESTED_CALL, "condition_task: { op: EQUAL_TO, left: a, right: b }"),
        (wrong_compute, DAILY, NESTED_CALL, "notebook_task: { notebook_path: ../notebooks/last.py }"),
        (wrong_compute, DAILY, "task_key: month\n", "task_key: month\n              environment_key: default\n"),
        (wrong_compute, COMPUTE, "- environment_key: default", "- environment_key: other"),
        (wrong_compute, COMPUTE, "{ task_key: last, environment_key: default }", "{ task_key: last }"),
        (wrong_compute, COMPUTE, "{ task_key: last,", "{ task_key: last, job_cluster_key: small,"),
        (wrong_production, MAIN, "/Workspace/Deployments", "/Workspace/Shared"),
        (wrong_production, MAIN, 'workspace: { root_path: "/Workspace/Deployments/toy/${bundle.target}" }', ""),
        (wrong_production, MAIN, "run_as: { service_principal_name: me }", ""),
        (wrong_production, MAIN, "[{ level: CAN_VIEW, group_name: users }]", "[]"),
        (demo_outside_development, LOOP, "loop:", "demo:"),
        (wrong_grants, "resources/home.schema.yml", "[SELECT]", "[]"),
        (wrong_grants, "resources/home.schema.yml", "principal: users, ", ""),
        (wrong_run_job_parameters, DAILY, "{ month: ", "{ year: "),
        (wrong_run_job_parameters, LOOP, "depends_on: [{ task_key: first }]", CALL),
    ],
)
def test_what_is_missing_is_found(toy, check, file, old, new):
    assert check(toy.read()) == []
    if check is demo_outside_development:
        toy.edit(COMPUTE, "loop:", "demo:")
    assert check(toy.edit(file, old, new))
