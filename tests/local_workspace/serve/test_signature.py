"""What is wrong with a request is said by the column's name, before the model is asked."""

import json

import pytest

from local_workspace.serve.signature import Input, RequestError, check_request

INPUTS = (Input("distance", "double", True), Input("air time", "double", True), Input("note", "string", False))
GOOD = {"distance": 1.0, "air time": 2.0}


@pytest.mark.parametrize(
    "request_",
    [
        {"dataframe_records": [GOOD]},
        {"dataframe_records": [{**GOOD, "more": 3}]},
        {"dataframe_records": [{**GOOD, "distance": None}]},
        {"dataframe_split": {"columns": ["air time", "distance"], "data": [[1, 2]]}},
        {"inputs": {"distance": [1], "air time": [2]}},
        {"instances": [GOOD]},
        {"inputs": [[1.0, 2.0]]},
    ],
)
def test_requests_with_all_columns_are_passed_on(request_):
    check_request(json.dumps(request_).encode(), INPUTS)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"nope", "not JSON"),
        (b"[1]", "a JSON list"),
        (b"{}", "The request has nothing. Expected one of dataframe_split"),
        (b'{"rows": []}', "has `rows`. Expected one of"),
        (b'{"dataframe_records": []}', "at least one object"),
        (b'{"dataframe_records": 5}', "at least one object"),
        (b'{"dataframe_records": [{"distance": 1}]}', "`air time`. The model takes distance, air time"),
        (b'{"dataframe_records": [{"distnce": 1, "air time": 2}]}', "`distance` (there is `distnce`)"),
        (b'{"dataframe_records": [{"distance": 1, "air time": 2}, {"distance": 1}]}', "missing in at least one row"),
        (b'{"dataframe_split": {"columns": ["distance"], "data": [[1]]}}', "`air time`"),
        (b'{"dataframe_split": {"columns": ["distance", "air time"], "data": [[1]]}}', "row 0 has 1 values for 2"),
        (b'{"dataframe_split": [1]}', "expected an object with `columns` and `data`"),
        (b'{"inputs": {"distance": [1]}}', "`air time`"),
        (b'{"inputs": []}', "it holds no row"),
    ],
)
def test_what_is_wrong_is_named(body, said):
    with pytest.raises(RequestError) as raised:
        check_request(body, INPUTS)
    assert said in str(raised.value)
