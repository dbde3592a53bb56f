"""Which script and which language a text is in, where that is plain: by the names of its letters, by small words.

A light check that captions were not translated, no more: what is not plain is None, and nothing is refused for it.
"""

import unicodedata
from collections import Counter

PLAIN = 2 / 3  # of the letters are of one script
LEAST = 3  # small words that speak for a language
AHEAD = 2  # times as many as for the next

# Words of the languages that the descriptions of videos are mostly in; those which two of them share say little.
SMALL_WORDS = {
    "English": "the and is of with are an his her their while on in to it this that from there at",
    "German": "der die das und ist ein eine einen mit im auf den dem sich wird von zu nicht während",
    "French": "le la les et est un une des avec dans du sur il elle qui au aux pendant se",
    "Spanish": "el la los las y es un una con en de del que se su mientras está por",
    "Italian": "il lo la gli e è un una con di del della che si nel mentre sono sta",
    "Portuguese": "o a os as e é um uma com em de do da que no na enquanto está",
    "Dutch": "de het een en is van met op in die zijn terwijl wordt naar aan niet",
}


def script_of(text: str) -> str | None:
    """Script of most letters, as Unicode names it ("LATIN", "CYRILLIC", "CJK"); None where no script has most."""
    scripts = Counter(_script(character) for character in text if character.isalpha())
    if not scripts:
        return None
    script, count = scripts.most_common(1)[0]
    return script if count >= PLAIN * scripts.total() else None


def language_of(text: str) -> str | None:
    """Language that the small words of a text speak for, of those in ``SMALL_WORDS``; None where that is not plain."""
    words = [word.strip(".,;:!?\"'()").casefold() for word in text.split()]
    votes = {name: sum(word in few.split() for word in words) for name, few in SMALL_WORDS.items()}
    (first, most), (_, next_) = sorted(votes.items(), key=lambda vote: -vote[1])[:2]
    return first if most >= LEAST and most >= AHEAD * next_ else None


def _script(character: str) -> str:
    name = unicodedata.name(character, "UNKNOWN").split()[0]
    # Japanese is written in several at once, beside Chinese characters.
    return "CJK" if name in ("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "CJK") else name
