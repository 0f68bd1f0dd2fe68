"""What starts jobs by itself: exactly one thing, valid, and only where it should."""

import re

import pytest

KINDS = ("file_arrival", "table_update", "periodic", "model")
TIMERS = ("wait_after_last_change_seconds", "min_time_between_triggers_seconds")
FEWEST_SECONDS, MOST_TABLES = 60, 10

# Quartz: seconds minutes hours day-of-month month day-of-week [year].
NUMBERS, DAYS = r"(\*|\d+([-/]\d+)?(,\d+([-/]\d+)?)*)", r"(\d|MON|TUE|WED|THU|FRI|SAT|SUN)"
CRON = re.compile(
    rf"{NUMBERS} {NUMBERS} {NUMBERS} (?P<day>\?|L|{NUMBERS}) {NUMBERS} (?P<weekday>\?|\*|{DAYS}([-,#]{DAYS})*)"
)


def is_cron(text):
    """A Quartz expression in which one of the two day fields, and only one, is left open with a question mark."""
    match = CRON.fullmatch(text)
    return match is not None and (match["day"] == "?") != (match["weekday"] == "?")


def value(bundle, target, text):
    """A text of the YAML, or what the variable is that it names."""
    name = re.fullmatch(r"\$\{var\.(\w+)\}", text)
    return bundle.variable(target, name[1]) if name else text


def starters(bundle):
    """(target, job key, kind, settings) of every schedule, trigger and continuous."""
    return [
        (target, key, kind, job[kind])
        for target, key, job in bundle.jobs()
        for kind in ("schedule", "trigger", "continuous")
        if kind in job
    ]


def settings_of(bundle, kind):
    return [(f"{target}: {key}", own[kind]) for target, key, _, own in starters(bundle) if kind in own]


def wrong_counts(bundle):
    """A job named on_... is started by exactly one thing, any other job by at most one; a trigger watches one thing."""
    wrong = []
    for target, key, job in bundle.jobs():
        found = [kind for kind in ("schedule", "trigger", "continuous") if kind in job]
        watched = [kind for kind in KINDS if kind in job.get("trigger", {})]
        allowed = (1,) if key.startswith("on_") else (0, 1)
        if len(found) not in allowed or len(watched) != found.count("trigger"):
            wrong.append(f"{target}: {key} has {found + watched}")
    return wrong


def wrong_crons(bundle):
    wrong = []
    for target, key, kind, own in starters(bundle):
        if kind != "schedule":
            continue
        right = is_cron(value(bundle, target, own["quartz_cron_expression"])) and own["timezone_id"] == "UTC"
        wrong += [] if right else [f"{target}: {key}: {own}"]
    return wrong


def wrong_timers(bundle):
    return [
        f"{place}: {timer}"
        for kind in ("file_arrival", "table_update", "model")
        for place, own in settings_of(bundle, kind)
        for timer in TIMERS
        if own.get(timer, 0) < FEWEST_SECONDS
    ]


def wrong_tables(bundle):
    return [
        place
        for place, own in settings_of(bundle, "table_update")
        if not 1 <= len(own["table_names"]) <= MOST_TABLES or own.get("condition") not in ("ANY_UPDATED", "ALL_UPDATED")
    ]


def wrong_models(bundle):
    """A trigger that names aliases waits for one of them to be set."""
    return [
        place
        for place, own in settings_of(bundle, "model")
        if own.get("condition") != "MODEL_ALIAS_SET" or not own.get("aliases") or not own.get("securable_name")
    ]


def wrong_pauses(bundle):
    """Said everywhere, and PAUSED in development: the CLI pauses there only what says nothing."""
    wrong = []
    for target, key, _, own in starters(bundle):
        status = value(bundle, target, own.get("pause_status", ""))
        allowed = ("PAUSED",) if bundle.targets[target]["mode"] == "development" else ("PAUSED", "UNPAUSED")
        wrong += [] if status in allowed else [f"{target}: {key}: {status}"]
    return wrong


CHECKS = [wrong_counts, wrong_crons, wrong_timers, wrong_tables, wrong_models, wrong_pauses]


@pytest.mark.parametrize("check", CHECKS)
def test_what_starts_jobs_is_valid(bundle, check):
    assert check(bundle) == []


def test_every_target_has_the_starters_and_none_runs_before_somebody_says_so(bundle):
    found = {(target, key) for target, key, _, _ in starters(bundle)}
    assert found == {(target, key) for target in bundle.targets for key in STARTERS}
    unpaused = {
        (target, key)
        for target, key, _, own in starters(bundle)
        if value(bundle, target, own["pause_status"]) == "UNPAUSED"
    }
    assert unpaused == set()


def test_what_watches_tables_and_files_is_not_deployed_unless_included(bundle):
    included = [pattern for pattern in bundle.merged["include"] if "events" in pattern]
    assert included == []
    offered = re.findall(r"# - (resources/events/\S+)", (bundle.root / "databricks.yml").read_text("utf-8"))
    assert sorted(offered) == sorted(
        file.relative_to(bundle.root).as_posix() for file in (bundle.root / "resources" / "events").iterdir()
    )


def test_the_presets_beside_the_variable_are_valid(bundle):
    text = (bundle.root / "databricks.yml").read_text("utf-8")
    (line,) = [line for line in text.splitlines() if "Quartz" in line]
    presets = re.findall(r'"(.*?)"', line)

    assert len(presets) == 3
    assert all(map(is_cron, presets))
    assert bundle.variable("prod", "schedule_cron") in presets


STARTERS = (
    *("on_schedule", "on_table_update", "on_file_arrival", "on_documents", "on_champion_change", "on_champion_alias"),
    *("refresh_index", "score_batch"),
)
DAILY = "resources/daily.job.yml"
SCHEDULE = 'schedule: { quartz_cron_expression: "0 0 6 * * ?", timezone_id: UTC, pause_status: "${var.pause}" }'
TIMES = "wait_after_last_change_seconds: 60, min_time_between_triggers_seconds: 60"
FILES = f'trigger: {{ file_arrival: {{ url: /Volumes/a/b/c/, {TIMES} }}, pause_status: "${{var.pause}}" }}'
TABLES = f"""trigger:
        pause_status: "${{var.pause}}"
        table_update: {{ table_names: [a.b.c], condition: ANY_UPDATED, {TIMES} }}"""

MODELS = f"""trigger:
        pause_status: "${{var.pause}}"
        model: {{ securable_name: a.b, aliases: [champion], condition: MODEL_ALIAS_SET, {TIMES} }}"""


@pytest.mark.parametrize("started_by", [SCHEDULE, FILES, TABLES, MODELS])
def test_each_kind_is_accepted(toy, started_by):
    bundle = toy.edit(DAILY, SCHEDULE, started_by)

    assert [check(bundle) for check in CHECKS] == [[]] * len(CHECKS)


@pytest.mark.parametrize(
    ("check", "started_by", "old", "new"),
    [
        (wrong_counts, f"{SCHEDULE}\n      {FILES}", "", ""),
        (wrong_counts, FILES, "file_arrival", "file_departure"),
        (wrong_counts, TABLES, "table_update:", "periodic: { interval: 1, unit: DAYS }\n        table_update:"),
        (wrong_crons, SCHEDULE, "0 0 6 * * ?", "0 6 * * *"),
        (wrong_crons, SCHEDULE, "0 0 6 * * ?", "0 0 6 * * MON"),
        (wrong_crons, SCHEDULE, "0 0 6 * * ?", "0 0 6 ? * ?"),
        (wrong_crons, SCHEDULE, "0 0 6 * * ?", "0 0 6 ? * MOON"),
        (wrong_crons, SCHEDULE, "UTC", "Europe/Paris"),
        (wrong_timers, FILES, "last_change_seconds: 60", "last_change_seconds: 59"),
        (wrong_timers, TABLES, "triggers_seconds: 60", "triggers_seconds: 59"),
        (wrong_timers, FILES, "wait_after_last_change_seconds: 60, ", ""),
        (wrong_tables, TABLES, "[a.b.c]", f"[{', '.join(['a.b.c'] * 11)}]"),
        (wrong_tables, TABLES, "[a.b.c]", "[]"),
        (wrong_tables, TABLES, "ANY_UPDATED", "SOME_UPDATED"),
        (wrong_models, MODELS, "MODEL_ALIAS_SET", "MODEL_CREATED"),
        (wrong_models, MODELS, "[champion]", "[]"),
        (wrong_timers, MODELS, "triggers_seconds: 60", "triggers_seconds: 59"),
        (wrong_pauses, SCHEDULE, ', pause_status: "${var.pause}"', ""),
        (wrong_pauses, TABLES, '"${var.pause}"', "UNPAUSED"),
        (wrong_pauses, FILES, "${var.pause}", "${var.size}"),
    ],
)
def test_a_wrong_start_is_found(toy, check, started_by, old, new):
    assert old in started_by
    assert check(toy.read()) == []
    assert check(toy.edit(DAILY, SCHEDULE, started_by.replace(old, new)))


def test_a_job_named_after_what_starts_it_is_started_by_something(toy):
    toy.edit(DAILY, "daily:", "on_schedule:")
    assert wrong_counts(toy.read()) == []
    assert len(wrong_counts(toy.edit(DAILY, f"{SCHEDULE}\n      ", ""))) == 2
