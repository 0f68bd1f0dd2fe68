"""Two tokens are valid at a time; what is stored of them cannot be used."""

import stat

import pytest

from local_workspace.serve.http import ApiError
from local_workspace.serve.tokens import Tokens


def status_of(tokens, shown):
    with pytest.raises(ApiError) as raised:
        tokens.owner_of(shown)
    return raised.value.status, raised.value.code


def test_a_token_is_valid_after_a_restart_and_is_not_in_the_file(tmp_path):
    text, token = Tokens(tmp_path / "tokens.json").create("mine", None)

    assert Tokens(tmp_path / "tokens.json").owner_of(text) == token
    assert text not in (tmp_path / "tokens.json").read_text()
    assert stat.S_IMODE((tmp_path / "tokens.json").stat().st_mode) == 0o600


def test_a_missing_a_wrong_and_an_expired_token_are_refused(tmp_path):
    tokens = Tokens(tmp_path / "tokens.json")
    expired, _ = tokens.create("short", 0)

    assert status_of(tokens, "") == (401, "UNAUTHENTICATED")
    assert status_of(tokens, "something") == (403, "PERMISSION_DENIED")
    assert status_of(tokens, expired) == (403, "PERMISSION_DENIED")
    assert tokens.known == []


def test_a_token_is_replaced_while_the_other_is_used(tmp_path):
    tokens = Tokens(tmp_path / "tokens.json")
    first, first_token = tokens.create("first", None)
    second, _ = tokens.create("second", 3600)

    with pytest.raises(ApiError, match="2 tokens are valid"):
        tokens.create("third", None)
    tokens.delete(first_token.id)
    third, _ = tokens.create("third", None)

    assert [status_of(tokens, first), tokens.owner_of(second).comment, tokens.owner_of(third).comment] == [
        (403, "PERMISSION_DENIED"),
        "second",
        "third",
    ]


def test_the_last_token_and_an_unknown_one_stay(tmp_path):
    tokens = Tokens(tmp_path / "tokens.json")
    _, token = tokens.create("only", None)

    with pytest.raises(ApiError, match="the last token"):
        tokens.delete(token.id)
    with pytest.raises(ApiError, match="does not exist"):
        tokens.delete("other")
