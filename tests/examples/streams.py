"""Small made streams of the white paper's use cases: what happens is known, because it is made."""

from functools import lru_cache

import numpy as np
import pandas as pd
from sklearn.datasets import load_digits

from recipes.demo.flights import flights_of_month

FIRST_DAY = pd.Timestamp("2024-01-01", tz="UTC")
FEW = "YV"
"""Mesa Airlines: about two flights a day from New York."""


def moments(first: int, days: int, rows_a_day: int) -> "pd.Series[pd.Timestamp]":
    """Times spread over the days first to first + days - 1, counted from 0."""
    place = np.arange(days * rows_a_day)
    hours = 24 * (first + place // rows_a_day) + 24 * (place % rows_a_day) / rows_a_day
    return pd.Series(FIRST_DAY + pd.to_timedelta(hours, unit="h").round("s"))


def draws(first: int, rows: int) -> np.random.Generator:
    return np.random.default_rng([20_240_101, first, rows])


def sightings(first: int, days: int, species: int) -> pd.DataFrame:
    """Images of the first species, as many as given: digits of 8 x 8 dots, as the means of 2 x 2."""
    images, digits = _digits()
    known = np.flatnonzero(digits < species)
    at = moments(first, days, 25)
    chosen = draws(first, len(at)).choice(known, len(at))
    dots = pd.DataFrame(images[chosen], columns=[f"p{place}" for place in range(16)])
    names = pd.Series(digits[chosen]).map(lambda digit: f"species {digit}")
    return dots.assign(sighting=[f"{first}/{place}" for place in range(len(at))], seen_at=at, species=names)


@lru_cache(maxsize=1)
def _digits() -> tuple[np.ndarray, np.ndarray]:
    images, digits = load_digits(return_X_y=True)
    return images.reshape(-1, 4, 2, 4, 2).mean(axis=(2, 4)).reshape(-1, 16), digits


def transactions(first: int, days: int, way: int) -> pd.DataFrame:
    """Payments, of which one in eight is fraud. way: by which those who commit it go about it now."""
    at = moments(first, days, 40)
    random = draws(first, len(at))
    is_fraud = random.random(len(at)) < 1 / 8
    shops = np.array(["books", "phones", "travel", "games"])
    honest = pd.DataFrame({"amount": random.gamma(3, 30, len(at)), "shop": random.choice(shops, len(at))})
    amount = random.normal((400, 15, 700)[way % 3], 10, len(at))
    return pd.DataFrame(
        {
            "payment": [f"{first}/{place}" for place in range(len(at))],
            "paid_at": at,
            "amount": np.where(is_fraud, amount, honest["amount"]),
            "hour": random.integers(0, 24, len(at)).astype(float),
            "shop": np.where(is_fraud, shops[(1 + way) % 4], honest["shop"]),
            "is_fraud": np.where(is_fraud, "yes", "no"),
        }
    )


def customers(first: int, days: int) -> pd.DataFrame:
    """Who leaves: those with a short tenure and a high price, or a long one and a low price. No line parts them."""
    at = moments(first, days, 40).dt.floor("D")
    random = draws(first, len(at))
    tenure = random.uniform(0, 10, len(at))
    price = random.uniform(0, 10, len(at))
    leaves = ((tenure < 5) == (price > 5)) ^ (random.random(len(at)) < 0.1)
    return pd.DataFrame(
        {
            "customer": [f"c{place % 40}" for place in range(len(at))],
            "month_end": at,
            "tenure": tenure,
            "price": price,
            "plan": random.choice(["basic", "all in"], len(at)),
            "left": np.where(leaves, "yes", "no"),
        }
    )


def impressions(first: int, days: int, topics: tuple[str, ...], moved: int = 0) -> pd.DataFrame:
    """News that were shown. Each of twelve readers likes every third topic; moved: by how many topics since then."""
    at = moments(first, days, 60)
    random = draws(first, len(at))
    reader = random.integers(0, 12, len(at))
    topic = random.integers(0, len(topics), len(at))
    likes = (topic + reader + moved) % 3 == 0
    clicks = random.random(len(at)) < np.where(likes, 0.9, 0.1)
    return pd.DataFrame(
        {
            "impression": [f"{first}/{place}" for place in range(len(at))],
            "shown_at": at,
            "reader": [f"reader {each}" for each in reader],
            "topic": np.array(topics)[topic],
            "clicked": np.where(clicks, "yes", "no"),
        }
    )


def readings(first: int, days: int) -> pd.DataFrame:
    """Vibration of four machines, to which each day of wear adds a little for the same load."""
    at = moments(first, days, 24)
    random = draws(first, len(at))
    load = random.uniform(0, 1, len(at))
    day = ((at - FIRST_DAY) / pd.Timedelta(days=1)).to_numpy()
    return pd.DataFrame(
        {
            "machine": [f"m{place % 4}" for place in range(len(at))],
            "read_at": at,
            "load": load,
            "temperature": 20 + 30 * load + random.normal(0, 2, len(at)),
            "vibration": (1 + 0.05 * day) * load + random.normal(0, 0.05, len(at)),
        }
    )


WORDS = {
    "billing": ["invoice", "refund", "charge", "receipt"],
    "technical": ["crash", "error", "login", "slow"],
    "delivery": ["parcel", "late", "address", "courier"],
}


def tickets(first: int, days: int, also: str = "please help") -> pd.DataFrame:
    """Subjects of tickets, with the team that they turn out to belong to."""
    at = moments(first, days, 20)
    random = draws(first, len(at))
    team = random.choice([*WORDS], len(at))
    subject = [" ".join([*random.choice(WORDS[each], 2), also]) for each in team]
    names = [f"{first}/{place}" for place in range(len(at))]
    return pd.DataFrame({"ticket": names, "opened_at": at, "subject": subject, "team": team})


def flights(month: int, of_few: bool) -> pd.DataFrame:
    """Flights of the carrier with few of them, or of all the others."""
    rows = flights_of_month(month)
    return rows[(rows["carrier"] == FEW) == of_few]
