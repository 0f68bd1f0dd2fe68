"""Names from outside: checked, and quoted wherever they become SQL."""

import pytest

from retraining.errors import ParameterError
from retraining.spec.identifiers import check_part, qualified, quoted


def test_a_catalog_with_a_hyphen_is_quoted():
    assert quoted("ml-prod", "retraining_prod", "events") == "`ml-prod`.`retraining_prod`.`events`"
    assert qualified("ml-prod", "s", "raw-data.bank.loans") == "`raw-data`.`bank`.`loans`"


@pytest.mark.parametrize("part", ["", "-a", "1a", "a.b", "a b", "a`b", "a;b", "größe", "a" * 256])
def test_what_could_become_sql_is_refused(part):
    with pytest.raises(ParameterError, match="is not a plain name"):
        check_part(part, "catalog")
