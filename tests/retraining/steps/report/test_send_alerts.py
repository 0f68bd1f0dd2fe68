"""A webhook gets one message for each incident. One that is not reached does not stop the others."""

from datetime import UTC, datetime

import pytest
from tests.retraining.report.pages import event
from tests.webhook_receiver import receiving_webhooks

from retraining.context import Context
from retraining.errors import IncidentOpenedError, NotifyError, ParameterError, TaskFailedError
from retraining.records.event import Incident
from retraining.records.run import Run
from retraining.spec.read_spec import parse_spec
from retraining.stages.report import RunReport
from retraining.steps.report.send_alerts import send_alerts

AT = datetime(2026, 1, 1, tzinfo=UTC)
RUN = Run("101", "a", "c", AT, AT, lambda: 0.0)
OPENED = Incident("toy", "drift", 4, "101", AT, 4, "101", None, "toy: Drift persists.")
RESOLVED = Incident("toy", "error", 2, "99", AT, 4, "101", 4, "toy: resolved with batch 4.")
SPEC = """
model: toy
kind: regression
source: {{ table: toy_source, ledger_column: at, keys: [id] }}
columns: {{ label: y, numeric: [x] }}
recipe: recipes.ridge.pipeline
schedule: daily
alerts: {{ webhooks: [{{ name: gone, webhook: "http://127.0.0.1:1/x" }}, {{ name: chat, webhook: "{address}" }}] }}
"""


@pytest.fixture
def chat():
    with receiving_webhooks() as server:
        yield server


def test_each_incident_is_sent_once_and_a_webhook_that_was_not_reached_is_named(chat, caplog):
    spec = parse_spec(SPEC.format(address=chat.address), "specs/toy.yml")
    unreached = send_alerts(Context(spec, None, None, RUN), [OPENED, RESOLVED])

    assert [(each["incident"], each["state"], each["text"]) for each in chat.messages] == [
        ("toy/drift/4", "open", "toy: Drift persists."),
        ("toy/error/2", "resolved", "toy: resolved with batch 4."),
    ]
    assert list(unreached) == ["toy/drift/4", "toy/error/2"]
    assert [sentence.startswith("Webhook gone did not answer") for (sentence,) in unreached.values()] == [True, True]
    assert "The decision stands" in unreached["toy/drift/4"][0]
    assert [each.getMessage() for each in caplog.records if each.name.startswith("retraining")] == [
        "open: toy: Drift persists.",
        f"resolved: {RESOLVED.line}",
    ]


def secret_spec():
    listed = "{{ webhooks: [{{ name: pager, scope: retraining, key: pager }}] }}"
    head, _, _ = SPEC.partition("alerts:")
    return parse_spec(f"{head}alerts: {listed}".format(), "specs/toy.yml")


def test_an_address_can_stand_in_a_secret(chat):
    secrets = {("retraining", "pager"): f" http://127.0.0.1:{chat.server_port}/token-4711\n"}
    context = Context(secret_spec(), None, None, RUN, lambda scope, key: secrets[scope, key])

    assert send_alerts(context, [OPENED]) == {}
    assert [each["incident"] for each in chat.messages] == ["toy/drift/4"]


@pytest.mark.parametrize(
    "secret",
    [
        "token-4711",
        "http://127.0.0.1:1/token-4711",
        "http://127.0.0.1:1/token-4711\x01x",
        "https://[token-4711/",
        "http://127.0.0.1:port4711/",
    ],
)
def test_a_secret_is_in_no_message_that_says_what_went_wrong(secret, caplog):
    ((unreached,),) = send_alerts(Context(secret_spec(), None, None, RUN, lambda scope, key: secret), [OPENED]).values()

    assert unreached.startswith("Webhook pager ")
    assert "4711" not in unreached + caplog.text


def test_a_secret_that_may_not_be_read_is_named_and_the_run_goes_on():
    def refuse(scope, key):
        raise ParameterError(f"the secret `{key}` of scope `{scope}` cannot be read (PermissionDenied).")

    ((unreached,),) = send_alerts(Context(secret_spec(), None, None, RUN, refuse), [OPENED]).values()

    assert unreached.startswith("Webhook pager has no address: the secret `pager` of scope `retraining` cannot be read")
    assert "The decision stands" in unreached


def test_a_run_that_could_not_reach_a_webhook_ends_as_failed():
    with pytest.raises(NotifyError, match="Webhook gone"):
        RunReport(event(), "", None, (OPENED,), ("Webhook gone did not answer.",)).raise_if_failed()


def test_a_run_that_opens_an_incident_fails_where_the_spec_says_so():
    RunReport(event(), "", None, (OPENED,)).raise_if_failed()
    with pytest.raises(IncidentOpenedError, match="Drift persists"):
        RunReport(event(), "", None, (OPENED,), (), fails_on_incident=True).raise_if_failed()


@pytest.mark.parametrize("news", [(RESOLVED,), ()])
def test_a_run_that_opens_none_does_not(news):
    RunReport(event(), "", None, news, (), fails_on_incident=True).raise_if_failed()


def test_the_summary_has_a_line_for_each_incident_and_says_where_the_pages_are():
    assert RunReport(event(), "", "https://example.com/pages", (OPENED, RESOLVED)).summary.splitlines() == [
        "flights: First champion. Version 2 is the first champion. Nothing to do: rows of the next batch are scored.",
        "Opened: toy: Drift persists.",
        f"Resolved: {RESOLVED.line}",
        "All pages: https://example.com/pages",
    ]
    assert "All pages: not stored, because MLflow did not answer." in RunReport(event(), "", None).summary
    own = RunReport(event(), "", "https://example.com/all", page_at="https://example.com/flights")
    assert own.summary.splitlines()[1:] == ["Page: https://example.com/flights", "All pages: https://example.com/all"]


def test_a_failed_run_is_said_with_what_did_not_start_and_with_its_error():
    run = event(failed_tasks=("score",), skipped_tasks=("check_drift", "retrain"), error="The files differ.")
    with pytest.raises(TaskFailedError) as caught:
        RunReport(run, "", None).raise_if_failed()

    told = "flights: score failed in run 101, so check_drift and retrain did not start. The files differ."
    assert str(caught.value) == told


def test_a_run_in_which_only_tasks_without_a_report_failed_is_a_failed_run():
    with pytest.raises(TaskFailedError, match="a task did not end well in run 101, so retrain did not start"):
        RunReport(event(skipped_tasks=("retrain",)), "", None).raise_if_failed()


def test_a_failed_task_is_reported_first():
    with pytest.raises(TaskFailedError):
        RunReport(event(failed_tasks=("score",)), "", None, (OPENED,), ("Webhook gone.",)).raise_if_failed()
