"""Is the champion's error above that at promotion, by more than the policy allows and than noise explains?"""

from retraining.records.decision import Evidence


def error_has_grown(evidence: Evidence, most_increase: float) -> bool:
    """Whether the error is found above what the policy allows, and shown to be above what was expected.

    Both are read from the newest days, at least 6 of them: a batch of few rows, or of few errors, exceeds any margin by
    chance. Rows of `decisions` that are older than this bound know the error of the batch alone.
    """
    expected = evidence.expected_error
    if evidence.realised_error is None or expected is None:
        return False

    limit = expected * (1 + most_increase)
    if evidence.recent_error_days is None:
        return evidence.realised_error > limit
    found = evidence.recent_error
    least = evidence.recent_error_lower
    return found is not None and least is not None and found > limit and least > expected


def error_is_back(evidence: Evidence, most_increase: float) -> bool:
    """Whether the error is at most that share above what was expected. False where it is not known."""
    found = evidence.realised_error if evidence.recent_error_days is None else evidence.recent_error
    expected = evidence.expected_error
    return found is not None and expected is not None and found - expected <= most_increase * expected


def error_in_words(evidence: Evidence) -> str:
    """The error beside the one at promotion, and what the days' noise leaves of it. Both errors are known."""
    batch = f"The realised error is {evidence.realised_error:.4g} on {evidence.realised_error_rows:,} rows"
    recent = f" {evidence.recent_error_reason}" if evidence.recent_error_reason else ""
    return f"{batch}, {evidence.expected_error:.4g} at promotion.{recent}"
