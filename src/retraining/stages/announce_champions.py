"""Tell the webhooks of each new champion, and keep which consumers follow it from now on."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from retraining.adapters.notify.webhook import post_json
from retraining.adapters.tables.ledgers_of_model import append_consumer_update
from retraining.errors import NotifyError, TaskFailedError
from retraining.failpoints import hit
from retraining.records.run import Run
from retraining.records.serving import ConsumerUpdate, OutdatedConsumer
from retraining.rules.serving.outdated_consumers import EVERYONE_FOLLOWS
from retraining.spec.serving_section import ConsumerSection
from retraining.steps.serving.consumers_context import ConsumersContext

_log = logging.getLogger(__name__)
_SUCCESS = "success"
_JOB_OF = {"endpoint": "update_endpoint", "batch": "score_batch"}
_CURE = (
    "The champion is live all the same. Correct the webhook in gate.consumers, or its receiver; the next run posts to "
    "it again."
)


@dataclass(frozen=True)
class Announcement:
    """What became of each consumer."""

    followed: tuple[OutdatedConsumer, ...]
    """They know the champion now."""
    behind: Mapping[OutdatedConsumer, str]
    """Why others do not: two models may have a webhook of the same name."""

    @property
    def summary(self) -> str:
        """A line for each."""
        lines = [f"{each.name} follows version {each.version} of {each.model}." for each in self.followed]
        return "\n".join([*lines, *self.behind.values()]) or EVERYONE_FOLLOWS

    def raise_if_behind(self) -> None:
        """Raises TaskFailedError where a consumer does not know the champion yet."""
        if self.behind:
            raise TaskFailedError(" ".join(self.behind.values()))


def announce_champions(
    context: ConsumersContext, due: Sequence[OutdatedConsumer], states: Mapping[str, str]
) -> Announcement:
    """Posts to the webhooks among the due consumers, and stores a row for every consumer that follows. A consumer
    without a row is due again in the next run; one with a row is not, however often this runs.

    states: how the task for each kind of consumer ended. A run that is killed between a message and its row posts it
    again; the message's `promotion` is the same.
    """
    followed = []
    behind = {}
    for each in due:
        why_not = _why_behind(context, each, states)
        if why_not is not None:
            behind[each] = why_not
            continue
        hit("announce.after_post")
        append_consumer_update(context.tables, _update(each, context.run))
        followed.append(each)

    done = Announcement(tuple(followed), behind)
    _log.info(done.summary)
    return done


def _update(each: OutdatedConsumer, run: Run) -> ConsumerUpdate:
    return ConsumerUpdate(each.model, each.seq, each.name, each.version, each.previous, **run.stamp)


def _why_behind(context: ConsumersContext, each: OutdatedConsumer, states: Mapping[str, str]) -> str | None:
    if each.role == "webhook":
        return _post(context, each)
    if states.get(each.role) == _SUCCESS:
        return None
    return (
        f"{each.name} does not follow version {each.version} of {each.model} yet: {_JOB_OF[each.role]} ended "
        f"{states.get(each.role) or 'without a state'}. See its run. The next run of on_champion_change starts it "
        f"again."
    )


def _post(context: ConsumersContext, each: OutdatedConsumer) -> str | None:
    """None where the webhook was reached, or the spec does not name it any more."""
    spec = context.specs.get(each.model)
    named: list[ConsumerSection] = [row for row in spec.gate.consumers if row.name == each.called] if spec else []
    message = {
        "model": each.model,
        "version": each.version,
        "previous": each.previous,
        "promotion": each.seq,
        "what": f"Version {each.version} of {each.model} is champion.",
        "run_id": context.run.run_id,
    }
    try:
        for receiver in named:
            post_json("Consumer", receiver, message, _CURE, context.read_secret)
    except NotifyError as err:
        return str(err)
    return None
