"""Keep the champion, update it, or fit a new one? Evidence in, verdict out; the reasons are never empty."""

from retraining.records.decision import Evidence, Thresholds, Verdict
from retraining.records.panel import REFITS
from retraining.rules.drift.data_faults import faults_in_words, ways_out
from retraining.rules.gate.holdout import FEWEST_DAYS, FEWEST_NEW_DAYS, fewest_whole_days
from retraining.rules.performance.grown_error import error_has_grown
from retraining.spec.forecast_section import WHOLE_DAYS

REFUSED_UPDATES = 2
"""After this many refused candidates in a row, updating the champion leads nowhere."""


def decide(evidence: Evidence, thresholds: Thresholds) -> Verdict:
    """The verdict on one batch.

    A certain data fault that no one has answered is not trained on, and judges no champion: nothing overrules that.
    A champion that the previous one beats goes where the policy rolls back, unless an operator froze the model.
    What cannot be judged is not trained. A cheap fit then challenges every run that brought new labelled rows and
    leaves the choice to the gate; an expensive one must be justified by the realised error, the champion's age, or
    drift that persists, and not follow too soon on the last one. A person who wants a training, a version that is
    made in another way, and a candidate without a verdict need neither new rows nor a cheap fit.
    """
    back = _rollback(evidence, thresholds)
    if evidence.open_faults and not evidence.frozen:
        return Verdict("keep", (*_stopped(evidence), *(back and (f"No rollback before that. {back[0]}",))))
    if back:
        return Verdict("rollback", back)

    obstacle = _obstacle(evidence, thresholds)
    if obstacle:
        return Verdict("keep", (obstacle,))
    again = _again(evidence)
    if evidence.series_actions:
        return _of_series(evidence, again)
    if evidence.champion_version is None:
        first = f"There is no champion yet; {evidence.new_labelled_rows:,} labelled rows to train the first one on."
        return Verdict("refit", again or (first,))

    cheap = _cheap(evidence, thresholds)
    asking = (_error(evidence, thresholds), _age(evidence, thresholds), _drift(evidence))
    wanted = (*again, *(reason for reason in (cheap, *asking) if reason))
    too_soon = None if cheap or again else _too_soon(evidence, thresholds)
    if not wanted:
        return Verdict("keep", (_nothing_asks_for_it(evidence, thresholds),))
    if too_soon:
        return Verdict("keep", (too_soon, *wanted))

    return _how(evidence, (*wanted, *(each.sentence for each in evidence.doubted)))


def _of_series(evidence: Evidence, again: tuple[str, ...]) -> Verdict:
    """A panel is trained where a series is to be fitted: each series has been looked at by itself, and what is not
    fitted is carried over."""
    fitted = sum(each.series for each in evidence.series_actions if each.action in REFITS)
    total = sum(each.series for each in evidence.series_actions)
    counted = ", ".join(f"{each.series:,} {each.action}" for each in evidence.series_actions)
    found = f"{fitted:,} of {total:,} series are to be fitted ({counted}); `panel_actions` says why of each."
    if evidence.champion_version is None:
        first = "There is no champion yet."
        return Verdict("refit", (*again, first, found)) if fitted else Verdict("keep", (first, found))
    return Verdict("update", (*again, found)) if fitted else Verdict("keep", (found,))


def _rollback(evidence: Evidence, thresholds: Thresholds) -> tuple[str, ...]:
    asked = thresholds.on_previous_wins == "rollback" and evidence.previous_wins
    if not asked or not evidence.previous_reason or evidence.frozen:
        return ()
    back = f"policy.on_previous_wins is rollback: version {evidence.previous_version} goes live again."
    return evidence.previous_reason, back


def _stopped(evidence: Evidence) -> tuple[str, str]:
    faults = evidence.open_faults
    return f"{faults_in_words(faults)} Nothing is trained until it is answered.", ways_out(faults)


def _how(evidence: Evidence, wanted: tuple[str, ...]) -> Verdict:
    if not evidence.can_update:
        return Verdict("refit", wanted)
    if evidence.refusals_in_a_row >= REFUSED_UPDATES:
        why = f"The last {evidence.refusals_in_a_row} candidates were refused, so the model is fitted from scratch."
        return Verdict("refit", (*wanted, why))
    return Verdict("update", wanted)


def _obstacle(evidence: Evidence, thresholds: Thresholds) -> str | None:
    if evidence.frozen:
        this_run = "An operator froze the model for this run (parameter freeze); nothing is trained in it."
        return evidence.frozen_reason or this_run

    blocked = evidence.blocked_until_after_batch
    if blocked is not None and evidence.batch_seq <= blocked:
        return (
            f"A rollback at batch {blocked} asks to wait for newer data; the newest batch is {evidence.batch_seq}. "
            f"The job release_retraining ends the wait."
        )
    if evidence.new_labelled_rows < thresholds.min_new_rows and not _again(evidence):
        return _too_few_rows(evidence, thresholds)

    return _too_few_days(evidence) or _too_few_to_learn(evidence)


def _too_few_days(evidence: Evidence) -> str | None:
    days = evidence.holdout_days
    needed = fewest_whole_days(evidence.champion_version is not None)
    if days is None or days >= needed:
        return None

    since = "since the champion's data" if evidence.champion_version else "of data"
    there = f"{days} {evidence.holdout_counted_in or WHOLE_DAYS} {since}"
    return (
        f"{there}; a candidate needs {needed}, {needed - FEWEST_DAYS} or more to learn from and {FEWEST_DAYS} or more "
        f"that judge it: {needed - days} more."
    )


def _too_few_to_learn(evidence: Evidence) -> str | None:
    """Where days are left out, a candidate may have learned nothing new, and a verdict on it would say nothing."""
    days = evidence.days_to_learn
    left_out = [each for each in evidence.doubted if each.left_out]
    if evidence.champion_version is None or not left_out or days is None or days >= FEWEST_NEW_DAYS:
        return None

    sentences = " ".join(each.sentence for each in left_out)
    return (
        f"{sentences} That leaves {days} new days to learn before those that judge; a candidate needs "
        f"{FEWEST_NEW_DAYS}: {FEWEST_NEW_DAYS - days} more. To learn these days all the same, correct their rows, or "
        f"name them in gate.trust with the reason."
    )


def _too_few_rows(evidence: Evidence, thresholds: Thresholds) -> str:
    found = (
        f"{evidence.new_labelled_rows:,} labelled rows are new since the last training; policy.min_new_rows wants "
        f"{thresholds.min_new_rows:,}."
    )
    if evidence.champion_version is not None or evidence.last_candidate is None:
        return found
    return (
        f"There is no champion yet, and nothing has changed since candidate version {evidence.last_candidate} was "
        f"refused: the spec is the same, and {found} Add rows or change the spec, as the reasons of the refusal say "
        f"(table `promotions`), or start the run with retrain=true and a reason."
    )


def _again(evidence: Evidence) -> tuple[str, ...]:
    """What makes a training worthwhile on the rows of the last one."""
    last = evidence.last_candidate
    changed = None
    if evidence.made_otherwise:
        changed = f"The spec makes a version in another way than version {last} was made, the last candidate."
    elif evidence.champion_version is None and evidence.spec_changed:
        changed = f"The spec has changed since version {last} was fitted, the last candidate for a first champion."

    asked = f"A person wants a training: {evidence.asked_reason}" if evidence.asked_reason else None
    unjudged = f"Version {last} was fitted and not judged: its run ended before that." if evidence.unjudged else None
    return tuple(reason for reason in (asked, changed, unjudged) if reason)


def _cheap(evidence: Evidence, thresholds: Thresholds) -> str | None:
    seconds = evidence.last_fit_seconds
    if seconds is None or seconds > thresholds.cheap_fit_seconds:
        return None
    return (
        f"{evidence.new_labelled_rows:,} labelled rows are new and a fit is cheap ({seconds:.1f} s, "
        f"policy.cheap_fit_seconds "
        f"{thresholds.cheap_fit_seconds:g}): train a challenger and let the gate decide."
    )


def _error(evidence: Evidence, thresholds: Thresholds) -> str | None:
    if not error_has_grown(evidence, thresholds.max_error_increase):
        return None
    found = f"{evidence.realised_error:.4g} on {evidence.realised_error_rows:,} rows"
    recent = ""
    if evidence.recent_error is not None:
        found = f"{evidence.recent_error:.4g} of the newest days"
        recent = f" {evidence.recent_error_reason}"
    return (
        f"The realised error {found} exceeds the {evidence.expected_error:.4g} measured at promotion by more than "
        f"{thresholds.max_error_increase:.0%}.{recent}"
    )


def _age(evidence: Evidence, thresholds: Thresholds) -> str | None:
    age = evidence.champion_age_days
    if age is None or age <= thresholds.max_age_days:
        return None
    return f"The champion's data ends {age:.0f} days before the newest row, over the {thresholds.max_age_days} allowed."


def _drift(evidence: Evidence) -> str | None:
    return f"Drift persists. {evidence.drift_reason}" if evidence.drift_persists else None


def _too_soon(evidence: Evidence, thresholds: Thresholds) -> str | None:
    days = evidence.days_since_attempt
    if days is None or days >= thresholds.cooldown_days:
        return None
    return (
        f"The last candidate was fitted {days:.0f} days of data ago; policy.cooldown_days wants "
        f"{thresholds.cooldown_days}."
    )


def _nothing_asks_for_it(evidence: Evidence, thresholds: Thresholds) -> str:
    fit = (
        "no measured fit"
        if evidence.last_fit_seconds is None
        else f"the last fit took {evidence.last_fit_seconds:.0f} s"
    )
    error = "is not known yet" if evidence.realised_error is None else f"is {evidence.realised_error:.4g}"
    recent = f" {evidence.recent_error_reason}" if evidence.recent_error_reason else ""
    return (
        f"A fit is not cheap ({fit}, policy.cheap_fit_seconds {thresholds.cheap_fit_seconds:g}), the realised error "
        f"{error}, the champion is within its maximum age of {thresholds.max_age_days} days, and drift does not "
        f"persist ({evidence.drift_verdict or 'not compared'}).{recent}"
    )
