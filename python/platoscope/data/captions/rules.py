"""One long caption to several short ones by rules alone: sentences first, then clauses; no model, no chance.

The text is cut as seldom as the wanted number asks for, always the longest piece at its strongest joint. A clause that
lost its subject gets it back. The joints are those of English; texts in other languages are cut at punctuation.
"""

import re

SHORTEST = 3  # words that a piece must keep
_ABBREVIATED = re.compile(r"(?:\b(?:mr|mrs|ms|dr|prof|st|vs|etc|approx|no|e\.g|i\.e)|\b[a-z])\.$", re.IGNORECASE)
_STOP = re.compile(r"(?<=[.!?])[\"'\u201d\u2019)\]]*\s+(?=[\"'\u201c\u2018(\[]*\w)|(?<=[\u3002\uff01\uff1f])")
_BE = r"(?:is|are|was|were|has|have|can|will)"
# Verbs as descriptions of videos have them; the first one ends a subject.
_FINITE = (
    rf"(?:{_BE}|(?:add|appear|begin|capture|carrie|carry|come|contain|continue|cook|create|cut|dance|depict|drink|drive|"
    r"eat|enter|exit|feature|focuse|focus|flie|fly|give|goe|go|hang|highlight|hold|include|jump|lie|look|move|open|pan|"
    r"pick|place|play|pour|put|remain|rest|reveal|ride|run|seem|show|sit|smile|speak|stand|start|stop|suggest|swim|take|"
    r"talk|turn|use|walk|wear|zoom)s?)"
)
_VERB = re.compile(rf"\b{_FINITE}\b", re.IGNORECASE)
# What no piece may end with: it would want what was cut off.
_OPEN_END = re.compile(
    rf"\b(?:{_BE}|be|being|been|and|or|of|in|on|at|to|by|for|from|with|as|the|an?|also|both)$", re.IGNORECASE
)
_OWN_SUBJECT = re.compile(
    r"(?:there|he|she|it|they|we|you|i|this|these|those|the|a|an|another|one|two|three|some|several|many|both|each|"
    r"his|her|their|its|other|others|people|everyone)\b",
    re.IGNORECASE,
)
_CLAUSE = rf"(?:{_FINITE}\b|(?:then\s+)?{_OWN_SUBJECT.pattern}.*\b{_FINITE}\b)"
_PRONOUN = re.compile(r"(?:it|he|she|they|this|these|those|there|then,? \w+)", re.IGNORECASE)
# From the strongest joint to the weakest; what a match covers is left out.
_JOINTS = tuple(
    re.compile(joint, re.IGNORECASE)
    for joint in (
        r"\s*;\s+|\s+[\u2013\u2014]\s+|\uff1b",
        r",\s+(?:and\s+|but\s+)?then\s+|\s+and\s+then\s+|,\s+(?:but|while|whereas|so)\s+|\s+(?:while|whereas)\s+",
        rf",?\s+and\s+(?={_CLAUSE})",
        r",\s+(?=(?:who|which)\s)|\uff0c",
        r",\s+(?:and\s+)?(?=\w+ing\b|with\s)",
        r"\s+(?=with\s|(?:holding|wearing|sitting|standing|walking|looking|carrying|showing|using|featuring)\b)",
        r",?\s+(?=(?:in the background|in the foreground|in front of|next to|on top of|behind|beside|near)\b)",
    )
)
_RELATIVE = re.compile(r"(?:who|which)\s+", re.IGNORECASE)
_NOUN_PHRASE = re.compile(r"\b(?:a|an|the|his|her|their|another|two|three|some|several)\s(?!.*\b(?:a|an|the)\s)", re.I)
_PERSON = re.compile(
    rf"\b(?:an?|the|one|another)\s+(?:(?!(?:an?|the|of|in|{_FINITE})\b)[\w-]+\s+){{0,3}}?"
    r"(?P<noun>man|woman|person|boy|girl|child|baby|player|worker|chef)\b",
    re.IGNORECASE,
)
_FEMALE, _MALE = ("woman", "girl"), ("man", "boy")


def split_text(text: str, n: int) -> list[str]:
    """Cut a text into at most ``n`` captions, each of which stands alone, in the order of the text.

    There are fewer where the text holds fewer; two that differ in case alone are one.
    """
    pieces = [_named(sentence, text) for sentence in sentences(text)]
    done: set[str] = set()
    while len(pieces) < n:
        place = max(range(len(pieces)), key=lambda i: (pieces[i] not in done, len(pieces[i]), -i), default=None)
        if place is None or pieces[place] in done:
            break
        cut = cut_once(pieces[place])
        if len(cut) == 1:
            done.add(pieces[place])
        pieces[place : place + 1] = cut
    distinct = {piece.casefold().rstrip(".!?"): piece for piece in reversed(pieces)}
    return list(reversed(distinct.values()))[:n]


def sentences(text: str) -> list[str]:
    """Sentences of a text, white space made single; those without a letter are left out."""
    found: list[str] = []
    for part in _STOP.split(" ".join(text.split())):
        if found and _ABBREVIATED.search(found[-1]):
            found[-1] = f"{found[-1]} {part}"
        else:
            found.append(part)
    return [part.strip() for part in found if any(character.isalpha() for character in part)]


def cut_once(piece: str) -> list[str]:
    """Cut at the strongest joint, of several the one nearest to the middle; the piece alone where there is none."""
    for joint in _JOINTS:
        places = [match.span() for match in joint.finditer(piece) if _fits(piece, *match.span())]
        if places:
            start, stop = min(places, key=lambda span: (abs(span[0] + span[1] - len(piece)), span))
            left, right = piece[:start].rstrip(" ,;"), piece[stop:]
            return [_sentence(left), _sentence(_with_subject(left, right))]
    return [piece]


def _fits(piece: str, start: int, stop: int) -> bool:
    left, right = piece[:start].rstrip(" ,;"), piece[stop:]
    if not (_OWN_SUBJECT.match(right) or _RELATIVE.match(right)) and (
        _subject(left) == left or _PRONOUN.fullmatch(_subject(left))
    ):
        return False  # a subject alone, which the right part would repeat, or one that says nothing
    if _OPEN_END.search(left) or (left.endswith("ed") and right.startswith("with ")):
        return False
    if not left.isascii():  # words are not parted by spaces everywhere
        return min(len(left), len(right)) >= 2 * SHORTEST
    return min(len(left.split()), len(right.split())) >= SHORTEST


def _with_subject(left: str, right: str) -> str:
    """A right part that begins with no subject gets that of the left part, or what a relative pronoun stands for."""
    if relative := _RELATIVE.match(right):
        phrases = list(_NOUN_PHRASE.finditer(left))
        owner = left[phrases[-1].start() :] if phrases else _subject(left)
        return f"{owner} {right[relative.end() :]}"
    if _OWN_SUBJECT.match(right) or not left.isascii():
        return right
    return f"{_subject(left)} {right}".strip()


def _subject(clause: str) -> str:
    """What stands before the first verb; of "the video shows X doing Y", and where there is none, X."""
    verb = _VERB.search(clause)
    if verb is None:
        return re.split(r"\s+(?=\w+ing\b)|\s+(?:with|in|on|at|from)\s+", clause, maxsplit=1)[0]
    subject = clause[: verb.start()].strip()
    if re.search(r"\b(?:there|video|clip|scene|footage|shot|image)$", subject, re.IGNORECASE):
        shown = re.sub(r"^(?:with|on|in)\s+", "", clause[verb.end() :].strip())
        return re.split(r"\s+(?=\w+ing\b)|\s+(?:with|in|on|at|from)\s+", shown, maxsplit=1)[0]
    return re.split(r",?\s+(?:who|which|that)$", subject, maxsplit=1)[0]


def _named(sentence: str, text: str) -> str:
    """A sentence that begins with "he" or "she" begins with the first person of the text that it can stand for."""
    pronoun = re.match(r"(?:he|she)\b", sentence, re.IGNORECASE)
    if pronoun is None:
        return sentence
    other = _MALE if pronoun.group().lower() == "she" else _FEMALE
    before = text[: text.find(sentence)] if sentence in text else text
    person = next((found for found in _PERSON.finditer(before) if found["noun"].lower() not in other), None)
    return sentence if person is None else _sentence(person.group() + sentence[pronoun.end() :])


def _sentence(piece: str) -> str:
    return piece[:1].upper() + piece[1:]
