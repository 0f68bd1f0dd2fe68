"""What `load` says after its table."""

from local_workspace.commands.load import next_steps


def test_a_new_table_gets_a_model_and_more_rows_of_one_are_learned_from():
    look = './workspace sql "select * from weather"'

    assert next_steps("weather", append=False) == [
        "",
        f"Look at it:      {look}",
        "Make a model:    ./workspace new-model weather --name <model> --label <column>",
    ]
    assert next_steps("weather", append=True) == [
        "",
        f"Look at it:      {look}",
        "Learn from them: ./workspace run retraining --params model=<model>",
    ]
