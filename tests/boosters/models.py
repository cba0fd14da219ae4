"""Models of every kind that is read, trained by the libraries, and models that are refused."""

import lightgbm
import numpy
import xgboost

import rows

WIDTH = 6


class Model:
    """A saved model with the library's own prediction."""

    def __init__(self, name, suffix, save, predict, categories=None):
        self.name, self.suffix, self.save, self.predict = name, suffix, save, predict
        self.categories = categories or {}
        self.single = suffix != ".txt"


def every(trees):
    """Yields all models that are read, with about this many trees."""
    yield from xgboost_models(trees)
    yield from lightgbm_models(trees)


def xgboost_models(trees):
    random = numpy.random.default_rng(1)
    x, y = rows.training(random, 600, WIDTH)
    held, held_y = rows.training(random, 300, WIDTH)
    data = xgboost.DMatrix(x, y)

    def trained(name, parameters, rounds=trees, matrix=data, categories=None, suffix=".json", **options):
        parameters = {"objective": "binary:logistic", "max_depth": 4, "seed": 3, **parameters}
        booster = xgboost.train(parameters, matrix, rounds, verbose_eval=False, **options)
        types = types_of(categories)
        predict = lambda x: booster.predict(xgboost.DMatrix(x, feature_types=types, enable_categorical=True))
        return Model(f"xgboost_{name}", suffix, booster.save_model, predict, categories)

    yield trained("binary", {})
    yield trained("ubjson", {"max_depth": 3}, suffix=".ubj")
    yield trained("base_score", {"base_score": 0.03})
    yield trained("no_trees", {"base_score": 0.2}, rounds=0)
    yield trained("reg_logistic", {"objective": "reg:logistic", "tree_method": "exact"})
    yield trained("leaf_wise", {"grow_policy": "lossguide", "max_leaves": 9, "max_depth": 0, "max_bin": 16})
    yield trained("dart", {"booster": "dart", "rate_drop": 0.3, "one_drop": 1})
    yield trained("dart_ubjson", {"booster": "dart", "rate_drop": 0.5, "normalize_type": "forest"}, suffix=".ubj")
    yield trained("forest", {"num_parallel_tree": 4, "subsample": 0.6, "colsample_bynode": 0.7, "learning_rate": 1.0}, 2)
    yield trained("linear", {"booster": "gblinear"})
    early = {"evals": [(xgboost.DMatrix(held, held_y), "held")], "early_stopping_rounds": 2}
    yield trained("early_booster", {"learning_rate": 0.9, "max_depth": 6}, 30, **early)
    early = {"early_stopping_rounds": 2, "learning_rate": 0.9, "max_depth": 6, "n_estimators": 30}
    yield classifier("early", xgboost.XGBClassifier(**early), x, y, eval_set=[(held, held_y)])
    yield classifier("forest_classifier", xgboost.XGBRFClassifier(n_estimators=5, max_depth=4), x, y)
    categories = {1: 7, 4: 40}
    coded = with_codes(random, x, categories)
    for name, limit in [("categories", 1), ("categories_one_hot", 100)]:
        matrix = xgboost.DMatrix(coded, y, feature_types=types_of(categories), enable_categorical=True)
        yield trained(name, {"max_cat_to_onehot": limit}, matrix=matrix, categories=categories)


def classifier(name, model, x, y, **options):
    model.fit(x, y, verbose=False, **options)
    return Model(f"xgboost_{name}", ".json", model.save_model, lambda x: model.predict_proba(x)[:, 1])


def types_of(categories):
    return ["c" if column in (categories or {}) else "float" for column in range(WIDTH)]


def with_codes(random, x, categories):
    """Replaces columns by codes that the outcome depends on."""
    x = x.copy()
    for column, number in categories.items():
        codes = numpy.clip(numpy.nan_to_num(x[:, column]) * number / 6 + number / 2, 0, number - 1).round()
        x[:, column] = (codes * 3) % number
        x[random.random(len(x)) < 0.1, column] = numpy.nan
    return x


def lightgbm_models(trees):
    random = numpy.random.default_rng(2)
    x, y = rows.training(random, 600, WIDTH)
    held, held_y = rows.training(random, 300, WIDTH)

    def trained(name, parameters, rounds=trees, x=x, categories=None, **options):
        parameters = {"objective": "binary", "num_leaves": 9, "verbose": -1, "min_data_in_leaf": 5, "seed": 3, **parameters}
        columns = sorted(categories or {})
        data = lightgbm.Dataset(x, y, categorical_feature=columns, params=parameters)
        if "held" in options:
            options = {"valid_sets": [data.create_valid(options["held"], held_y)], "callbacks": [lightgbm.early_stopping(2, verbose=False)]}
        booster = lightgbm.train(parameters, data, rounds, **options)
        return Model(f"lightgbm_{name}", ".txt", booster.save_model, booster.predict, categories)

    yield trained("binary", {})
    yield trained("sigmoid", {"sigmoid": 0.7, "is_unbalance": True})
    yield trained("zero_as_missing", {"zero_as_missing": True})
    yield trained("no_missing", {"use_missing": False})
    yield trained("complete", {"boost_from_average": False}, x=numpy.nan_to_num(x))
    yield trained("cross_entropy", {"objective": "cross_entropy"})
    yield trained("dart", {"boosting": "dart", "drop_rate": 0.5, "skip_drop": 0.0})
    yield trained("forest", {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6, "feature_fraction": 0.7})
    yield trained("goss", {"data_sample_strategy": "goss", "extra_trees": True})
    yield trained("early", {"learning_rate": 0.6}, 30, held=held)
    yield trained("linear", {"linear_tree": True, "linear_lambda": 0.1})
    yield trained("linear_complete", {"linear_tree": True, "num_leaves": 4}, x=numpy.nan_to_num(x))
    yield trained("no_splits", {"min_data_in_leaf": 1000})
    categories = {1: 7, 4: 40}
    options = {"min_data_per_group": 5, "cat_smooth": 1.0, "max_cat_to_onehot": 4}
    yield trained("categories", options, x=with_codes(random, x, categories), categories=categories)


def refused():
    """Yields models that give no probability of one outcome, with a word of the message."""
    random = numpy.random.default_rng(3)
    x, y = rows.training(random, 200, WIDTH)
    classes = numpy.digitize(random.random(200), [0.3, 0.6])
    data = xgboost.DMatrix(x, y)
    grouped = xgboost.DMatrix(x, y)
    grouped.set_group([100, 100])
    many = xgboost.DMatrix(x, classes)
    for objective, matrix in [("reg:squarederror", data), ("binary:logitraw", data), ("binary:hinge", data), ("rank:ndcg", grouped)]:
        booster = xgboost.train({"objective": objective}, matrix, 2)
        yield objective, ".json", booster.save_model
    yield "multi:softprob", ".ubj", xgboost.train({"objective": "multi:softprob", "num_class": 3}, many, 2).save_model
    quiet = {"verbose": -1}
    for objective, target, options in [
        ("multiclass", classes, {"num_class": 3}),
        ("regression", y, {}),
        ("cross_entropy_lambda", y, {}),
        ("lambdarank", y, {}),
    ]:
        group = [100, 100] if objective == "lambdarank" else None
        dataset = lightgbm.Dataset(x, target, group=group, params=quiet)
        yield objective, ".txt", lightgbm.train({"objective": objective, **options, **quiet}, dataset, 2).save_model
