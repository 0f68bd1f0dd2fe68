"""Models of texts cope with what rows bring: missing texts, words that are new, no words at all."""

import pickle

import numpy as np
import pandas as pd
import pytest
from pyspark import cloudpickle
from sklearn.base import clone

from recipes.text import classification, regression

ROWS = pd.DataFrame(
    {
        "x": [1.0, np.nan, 3.0, 4.0],
        "shop": ["north", None, "south", "north"],
        "review": ["good and quick", "slow, bad", None, "very good"],
    }
)
LABEL = ["yes", "no", "no", "yes"]
NUMBERS = [9.0, 1.0, 3.0, 9.0]
PARAMS = {"text_columns": ["review"]}


def of_reviews(*reviews):
    return pd.DataFrame({"x": 2.0, "shop": "north", "review": pd.Series(reviews, dtype=object)})


def test_words_are_learned_beside_numbers_and_categories():
    model = classification(["x"], ["shop", "review"], {**PARAMS, "C": 100.0}).fit(ROWS, LABEL)

    assert list(model.predict(ROWS)) == LABEL
    good, bad = model.predict_proba(of_reviews("good", "bad"))[:, 1]
    assert good > bad + 0.2
    assert len(model[0].named_transformers_["text_0"].fitted_.vocabulary_) == 6


def test_a_number_is_predicted_too():
    good, bad = (
        regression(["x"], ["shop", "review"], {**PARAMS, "alpha": 0.1})
        .fit(ROWS, NUMBERS)
        .predict(of_reviews("good", "bad"))
    )

    assert good > bad + 1


@pytest.mark.parametrize("missing", [None, np.nan])
def test_a_missing_text_is_an_empty_text(missing):
    model = regression(["x"], ["shop", "review"], PARAMS).fit(ROWS, NUMBERS)

    assert model.predict(of_reviews(missing)) == pytest.approx(model.predict(of_reviews("")))


def test_new_words_count_as_none_and_a_new_category_as_none_of_the_known():
    model = regression(["x"], ["shop", "review"], PARAMS).fit(ROWS, NUMBERS)

    assert model.predict(of_reviews("unheard")) == pytest.approx(model.predict(of_reviews("")))
    assert np.isfinite(model.predict(of_reviews("good").assign(shop="east"))).all()


@pytest.mark.parametrize("review", [None, "", "!", "a"])
@pytest.mark.parametrize(("numeric", "shop"), [(["x"], ["shop"]), ([], [])], ids=["beside others", "alone"])
def test_texts_without_any_word_are_no_obstacle(review, numeric, shop):
    rows = ROWS.assign(review=review)

    model = regression(numeric, [*shop, "review"], PARAMS).fit(rows, NUMBERS)

    assert np.isfinite(model.predict(of_reviews("good"))).all()


def test_a_single_row_is_enough_to_fit_and_to_predict():
    model = regression(["x"], ["shop", "review"], PARAMS).fit(ROWS.head(1), [7.0])

    assert model.predict(ROWS.head(1)) == pytest.approx([7.0])


@pytest.mark.parametrize("pickler", [pickle, cloudpickle])
def test_the_model_can_be_pickled_and_cloned(pickler):
    model = classification(["x"], ["shop", "review"], PARAMS)
    fitted = clone(model).fit(ROWS, LABEL)

    loaded = pickle.loads(pickler.dumps(fitted))

    assert list(loaded.predict(ROWS)) == list(clone(fitted).fit(ROWS, LABEL).predict(ROWS)) == LABEL


def test_the_section_words_is_for_the_words_and_the_other_params_for_the_learner():
    words = {"ngram_range": [1, 2], "max_features": 3}
    model = regression([], ["review"], {**PARAMS, "words": words, "alpha": 2.0}).fit(ROWS, NUMBERS)

    assert len(model[0].named_transformers_["text_0"].fitted_.vocabulary_) == 3
    assert model[-1].alpha == 2.0


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({}, r"params\.text_columns names no column of texts; write a list, such as \[description\]"),
        ({"text_columns": "review"}, "names no column of texts"),
        ({"text_columns": ["x"]}, r"names x, not among columns\.categorical \(shop, review\); add it there"),
        ({**PARAMS, "words": 3}, r"params\.words is not a section"),
    ],
)
def test_what_is_wrong_with_the_params_is_named(params, sentence):
    with pytest.raises(ValueError, match=sentence):
        regression(["x"], ["shop", "review"], params)
