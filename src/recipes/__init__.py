"""Your room: how each model is built. A recipe is a function (numeric, categorical, params) -> unfitted estimator."""
