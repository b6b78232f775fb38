"""Texts of reviews: titles and sentences that agree with the stars, assembled from codes."""

from typing import Final

import numpy as np

from ecommerce_pipeline.synthetic.catalog import SUBCATEGORIES
from ecommerce_pipeline.synthetic.random_streams import Ints, Stream
from ecommerce_pipeline.synthetic.text_arrays import Texts, choose, join
from ecommerce_pipeline.synthetic.vocabularies import NEGATIVE, NEUTRAL, POSITIVE

SENTIMENT_OF_STARS: Final = np.array([-1, NEGATIVE, NEGATIVE, NEUTRAL, POSITIVE, POSITIVE], dtype=np.int64)

TITLES: Final = (
    ("Broken on arrival", "Waste of money", "Do not buy", "Worst purchase this year", "Terrible", "Sent it back"),
    ("Disappointing", "Not what I expected", "Poor quality", "Would not buy again", "Below average", "Let down"),
    ("It is okay", "Average", "Does the job", "Neither good nor bad", "Acceptable", "Middling"),
    ("Good buy", "Pleased with it", "Solid product", "Works well", "Good value", "Very nice"),
    ("Excellent", "Love it", "Best I have had", "Perfect", "Exceeded my hopes", "Could not be happier"),
)

_VERDICTS: Final = (
    (
        "fell apart within a week.", "arrived broken and nobody answered.", "is useless.",
        "stopped working on the first day.", "is nothing like the pictures.", "was the worst I have ever bought.",
    ),
    (
        "feels cheap.", "did not keep what was promised.", "let me down after a few days.",
        "is worse than the one it replaced.", "has too many faults for the price.", "was a disappointment.",
    ),
    (
        "is fine, no more than that.", "does what it should.", "has good and bad sides.",
        "is about what I expected.", "is average for the price.", "works most of the time.",
    ),
    (
        "works well.", "is good value for the price.", "looks nice and feels solid.",
        "does its job without fuss.", "is better than I expected.", "makes a good impression.",
    ),
    (
        "is outstanding.", "is the best one I have owned.", "is perfect in every way.",
        "made my whole family happy.", "is worth every cent.", "is beautifully made.",
    ),
)  # fmt: skip

_DETAILS: Final = (
    (
        "The material is thin.", "The finish is rough.", "The box was crushed.", "It took weeks to arrive.",
        "It smells of glue.", "The colour came off.", "Parts were missing.", "The instructions make no sense.",
    ),
    (
        "The material is neither good nor bad.", "Delivery took the usual time.", "The colour is a bit different.",
        "The size runs slightly small.", "The packaging was plain.", "The instructions could be clearer.",
        "It took some getting used to.", "Time will tell how long it lasts.",
    ),
    (
        "The material feels solid.", "The finish is flawless.", "Delivery was quick.", "It was carefully packed.",
        "The colour is just as shown.", "It was easy to set up.", "The size is exactly right.",
        "You can see the care that went into it.",
    ),
)  # fmt: skip

_CLOSINGS: Final = (
    (
        "I want my money back.", "Avoid it.", "I have returned it.", "Never again.",
        "Save your money.", "I regret buying it.",
    ),
    (
        "I might look for another one.", "I will keep it for now.", "You get what you pay for.",
        "No strong feelings either way.", "Three stars are fair.", "It will do.",
    ),
    (
        "I would buy it again.", "Highly recommended.", "I have told all my friends.", "Thank you!",
        "My second one is ordered.", "I use it every day.",
    ),
)  # fmt: skip

_SUBJECTS: Final = [f"The {'pair of ' * leaf.noun.endswith('s')}{leaf.noun}" for leaf in SUBCATEGORIES]

_A_TITLE, _A_VERDICT, _A_DETAIL, _A_CLOSING = (len(pool[0]) for pool in (TITLES, _VERDICTS, _DETAILS, _CLOSINGS))


def draw_titles(stream: Stream, stars: Ints) -> Ints:
    """Draw codes of titles that agree with the stars (1 to 5)."""
    return (stars - 1) * _A_TITLE + stream.below(len(stars), _A_TITLE)


def draw_bodies(stream: Stream, stars: Ints, leaf: Ints) -> Ints:
    """Draw codes of texts that agree with the stars and name a product of the subcategory."""
    sentiment = SENTIMENT_OF_STARS[stars]
    code = leaf * (len(_VERDICTS) * _A_VERDICT) + (stars - 1) * _A_VERDICT + stream.below(len(stars), _A_VERDICT)
    code = code * (len(_DETAILS) * _A_DETAIL) + sentiment * _A_DETAIL + stream.below(len(stars), _A_DETAIL)
    return code * (len(_CLOSINGS) * _A_CLOSING) + sentiment * _A_CLOSING + stream.below(len(stars), _A_CLOSING)


def another_title(codes: Ints) -> Ints:
    """Return codes of other titles that agree with the same stars."""
    return codes - codes % _A_TITLE + (codes + 1) % _A_TITLE


def titles(codes: Ints) -> Texts:
    """Return the titles of the codes."""
    return choose(_flat(TITLES), codes)


def bodies(codes: Ints) -> Texts:
    """Return the texts of the codes."""
    rest, closing = np.divmod(codes, len(_CLOSINGS) * _A_CLOSING)
    rest, detail = np.divmod(rest, len(_DETAILS) * _A_DETAIL)
    leaf, verdict = np.divmod(rest, len(_VERDICTS) * _A_VERDICT)
    return join(
        " ",
        choose(_SUBJECTS, leaf),
        choose(_flat(_VERDICTS), verdict),
        choose(_flat(_DETAILS), detail),
        choose(_flat(_CLOSINGS), closing),
    )


def _flat(pools: tuple[tuple[str, ...], ...]) -> list[str]:
    return [text for pool in pools for text in pool]
