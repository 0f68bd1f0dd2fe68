"""Series to forecast, the same in every run."""

import numpy as np

_AIR_PASSENGERS = """
112 118 132 129 121 135 148 148 136 119 104 118 115 126 141 135 125 149 170 170 158 133 114 140 145 150 178 163 172 178
199 199 184 162 146 166 171 180 193 181 183 218 230 242 209 191 172 194 196 196 236 235 229 243 264 272 237 211 180 201
204 188 235 227 234 264 302 293 259 229 203 229 242 233 267 269 270 315 364 347 312 274 237 278 284 277 317 313 318 374
413 405 355 306 271 306 315 301 356 348 355 422 465 467 404 347 305 336 340 318 362 348 363 435 491 505 404 359 310 337
360 342 406 396 420 472 548 559 463 407 362 405 417 391 419 461 472 535 622 606 508 461 390 432
"""


def air_passengers():
    """Monthly passengers, 1949 to 1960 (Box and Jenkins): 144 months with trend and season."""
    return np.array(_AIR_PASSENGERS.split(), dtype=np.float64)


def daily(days=260, seed=7):
    """Positive, with a weekly season."""
    random = np.random.default_rng(seed)
    season = np.array([0, 4, 5, 6, 9, -12, -12.0])
    return 60 + np.resize(season, days) + np.cumsum(random.normal(0, 0.3, days)) + random.normal(0, 2, days)


def walk(steps=120, seed=3):
    """A random walk with drift."""
    return 200 + np.cumsum(np.random.default_rng(seed).normal(0.4, 2, steps))


def intermittent(days=90, seed=11):
    """Mostly zero, whole numbers."""
    random = np.random.default_rng(seed)
    return np.where(random.random(days) < 0.25, random.integers(1, 9, days), 0).astype(np.float64)
