"""The commands with which a person answers what a page says, ready to be typed."""

from dataclasses import dataclass

from retraining.report.page_data import PageData


@dataclass(frozen=True)
class Command:
    """One way to answer."""

    when: str
    """When it is the right one, as the begin of a sentence."""
    line: str
    """What is typed. The reason is left open."""


def command(data: PageData, when: str, job: str, **parameters: object) -> Command:
    """A job for the model of a page, with a reason, as it is started where the run was: laptop or workspace."""
    start = f"databricks bundle run {job} -t <target>" if data.in_workspace else f"./workspace run {job}"
    named = {"model": data.run.model, **parameters}
    pairs = ",".join(f"{name}={value}" for name, value in named.items())
    return Command(when, f'{start} --params {pairs},reason="..."')
