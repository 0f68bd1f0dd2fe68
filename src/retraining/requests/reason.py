"""The reason that an operator gives, and the run that it is given in."""

from retraining.errors import ParameterError


def given_reason(text: str | None, why: str) -> str:
    """The reason, without blanks around it. Raises ParameterError, with the sentence that says what it is for, where it
    is empty."""
    if text is None or not text.strip():
        raise ParameterError(f"The widget `reason` is empty. {why}")
    return text.strip()


def as_sentence(reason: str) -> str:
    """The reason with a full stop, where other sentences follow."""
    return reason if reason.endswith((".", "!", "?")) else f"{reason}."


def wish_to_retrain(retrain: bool, reason: str | None) -> str | None:
    """Why a person wants a training; None where no person does. Raises ParameterError for one of the two alone."""
    if not retrain:
        if reason is not None and reason.strip():
            raise ParameterError("`reason` is set, but `retrain` is not true. Set retrain=true too, or leave both out.")
        return None
    return given_reason(reason, "Say why retrain is true; it is stored with the decision.")


def check_one_request(run_id: str, is_the_same: bool) -> None:
    """A run carries one request out: what is stored under its id is found again, and nothing else is done. Raises
    ParameterError where the run requests something else than what is stored."""
    if not is_the_same:
        raise ParameterError(
            f"run_id {run_id} is stored with another request, by its action, target or reason. Nothing was done. Begin "
            f"a new run, without the parameter run_id."
        )
