"""Which version of the model answers the rows of a batch table."""

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.errors import NothingToDoError, SpecError
from retraining.records.control import Control
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.requests.widget_values import end_of
from retraining.rules.champion.history import find_champion_at, first_in_words
from retraining.rules.champion.mode import mode_in_words, mode_of
from retraining.steps.batch.batch_context import BatchContext
from retraining.steps.champion.live_versions import heal_and_read_champion
from retraining.steps.dataset.load_version import check_kind, manifest_of_version


def why_nothing_answers(context: BatchContext) -> str | None:
    """Why the model scores nothing; None where it does."""
    controls = read_rows(context.tables, Control, context.spec.model)
    return mode_in_words(controls) if mode_of(controls) == "retired" else None


def choose_version(context: BatchContext) -> Manifest | None:
    """The version that the spec names; None before the first champion. Raises NothingToDoError for a day without a
    champion, SpecError for a version that is not there."""
    spec = context.spec
    version = _version(context)
    if version is None:
        return None
    if not context.model.registry.has_version(spec.model, version):
        raise SpecError(
            f"{spec.file}: version {version} of {spec.model} is not in the registry. Nothing was scored. Name another "
            f"version, or champion."
        )
    return manifest_of(context, version)


def manifest_of(context: BatchContext, version: str) -> Manifest:
    """The manifest of a version. Raises SpecError where the model's spec makes it a model of another kind."""
    manifests = read_rows(context.tables, Manifest, context.spec.model)
    manifest = manifest_of_version(manifests, context.spec.model, version)
    check_kind(context.model, manifest)
    return manifest


def _version(context: BatchContext) -> str | None:
    spec = context.spec
    if spec.follows_champion:
        return heal_and_read_champion(context.model)
    if spec.day is None:
        return spec.version

    promotions = read_rows(context.tables, Promotion, spec.model)
    found = find_champion_at(promotions, end_of(spec.day))
    if found is None:
        raise NothingToDoError(
            f"{spec.file}: version {spec.day}: {spec.model} had no champion at the end of that day; "
            f"{first_in_words(promotions)}. Name a later day, or a version."
        )
    return found
