"""Keep the champion, or train a candidate? Evidence in, verdict out; the reasons are never empty."""

from retraining.records.decision import Evidence, Thresholds, Verdict
from retraining.rules.gate.holdout import FEWEST_DAYS


def decide(evidence: Evidence, thresholds: Thresholds) -> Verdict:
    """The verdict on one batch.

    What cannot be judged is not trained. A cheap fit then challenges every run that brought new labelled rows and
    leaves the choice to the gate; a dear one must be justified by the realised error or the champion's age.
    """
    obstacle = _obstacle(evidence, thresholds)
    if obstacle:
        return Verdict("keep", (obstacle,))
    if evidence.champion_version is None:
        return Verdict(
            "refit",
            (f"There is no champion yet; {evidence.new_labelled_rows:,} labelled rows to train the first one on.",),
        )
    wanted = [
        reason
        for reason in (_cheap(evidence, thresholds), _error(evidence, thresholds), _age(evidence, thresholds))
        if reason
    ]
    if wanted:
        return Verdict("refit", tuple(wanted))
    return Verdict("keep", (_nothing_asks_for_it(evidence, thresholds),))


def _obstacle(evidence: Evidence, thresholds: Thresholds) -> str | None:
    blocked = evidence.blocked_until_after_batch
    if blocked is not None and evidence.batch_seq <= blocked:
        return f"A rollback at batch {blocked} asks to wait for newer data; the newest batch is {evidence.batch_seq}."
    if evidence.new_labelled_rows < thresholds.min_new_rows:
        return (
            f"{evidence.new_labelled_rows:,} labelled rows are new since the last training; "
            f"policy.min_new_rows asks for {thresholds.min_new_rows:,}."
        )
    days = evidence.holdout_days
    needed = FEWEST_DAYS if evidence.champion_version else FEWEST_DAYS + 1
    if days is not None and days < needed:
        since = "since the champion's data" if evidence.champion_version else "of data"
        return f"{days} whole days {since}; the gate needs {needed} to judge a candidate."
    return None


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
    realised, expected = evidence.realised_error, evidence.expected_error
    if realised is None or expected is None or realised <= expected * (1 + thresholds.max_error_increase):
        return None
    return (
        f"The realised error {realised:.4g} on {evidence.realised_error_rows:,} rows exceeds the {expected:.4g} "
        f"measured at "
        f"promotion by more than {thresholds.max_error_increase:.0%}."
    )


def _age(evidence: Evidence, thresholds: Thresholds) -> str | None:
    age = evidence.champion_age_days
    if age is None or age <= thresholds.max_age_days:
        return None
    return f"The champion's data ends {age:.0f} days before the newest row, over the {thresholds.max_age_days} allowed."


def _nothing_asks_for_it(evidence: Evidence, thresholds: Thresholds) -> str:
    fit = (
        "no measured fit"
        if evidence.last_fit_seconds is None
        else f"the last fit took {evidence.last_fit_seconds:.0f} s"
    )
    error = "is not known yet" if evidence.realised_error is None else f"is {evidence.realised_error:.4g}"
    return (
        f"A fit is not cheap ({fit}, policy.cheap_fit_seconds {thresholds.cheap_fit_seconds:g}), the realised error "
        f"{error} "
        f"and the champion is within its maximum age of {thresholds.max_age_days} days."
    )
