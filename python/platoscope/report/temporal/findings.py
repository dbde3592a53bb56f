"""What the page says of order, transfer, the Test of Time, vectors and odd parts, in sentences computed from tables."""

import numpy as np

from platoscope.alignment.statistics.nulls import q_values
from platoscope.reference_data import ORDER_TEST, ORDER_TEST_ITEMS
from platoscope.report.temporal.facts import ALPHA, CHANCE, TIMES, Facts, joined, number_of, phenomenon, represented
from platoscope.report.words import many, number
from platoscope.temporal.stages.report import Row


def spacing(facts: Facts) -> str:
    """Whether steps that lie farther apart are easier to put in order, of each trained encoder."""
    told: dict[str, list[str]] = {"easier": [], "harder": [], "not clearly either": []}
    for key in facts.trained:
        rows = spacing_rows(facts, key, fewest_steps(facts))
        if len(rows) > 1:
            (low, high), (low_2, high_2) = _ends(rows[0]), _ends(rows[-1])
            name = "easier" if low_2 > high else "harder" if high_2 < low else "not clearly either"
            words = f"{key} ({number(float(rows[0]['pairwise']))} to {number(float(rows[-1]['pairwise']))})"
            told[name].append(words)
    parts = [f"{name} for {joined(keys)}" for name, keys in told.items() if keys]
    if not parts:
        return "Steps were put in order at one spacing alone, so that nothing can be said of spacing."
    return f"From the nearest to the farthest steps order becomes {'; '.join(parts)}."


def spacing_rows(facts: Facts, key: str, steps: int, *, clips: str = "clips") -> list[Row]:
    """The spacings of one encoder at so many steps, rising."""
    rows = [row for row in facts.of("ordering", "spacing")
            if (row["encoder"], row["clips"], int(row["steps"])) == (key, clips, steps)]  # fmt: skip
    return sorted(rows, key=lambda row: int(row["spacing"]))


def fewest_steps(facts: Facts) -> int:
    """The number of steps that has the most spacings."""
    return min((int(row["steps"]) for row in facts.of("ordering", "spacing")), default=0)


def transfer(facts: Facts, probe: str) -> str:
    """What probes trained on one group tell of the others, of each trained encoder; flagged groups are named."""
    told: list[str] = []
    not_told: list[str] = []
    for key in facts.trained:
        rows = represented(row for row in facts.of(probe, "transfer_means") if row["encoder"] == key)
        for row in rows[:1]:
            p = number_of(row, "p_off")
            words = (
                f"{key} ({number(float(row['off_diagonal']))} off the diagonal, {number(float(row['diagonal']))} on it)"
            )
            above = p is not None and p <= ALPHA and float(row["off_diagonal"]) > CHANCE
            (told if above else not_told).append(words)
    parts = [f"carries over for {joined(told)}"] if told else []
    parts += [f"is not shown to carry over for {joined(not_told)}"] if not_told else []
    if not parts:
        return "No trained encoder was asked."
    groups = {row["trained"] for row in facts.of(probe, "transfer")}
    flagged = {told["question"] for told in facts.rows if told["probe"] == probe and told.flags and not told.control}
    doubted = sorted(groups & flagged)
    warning = (
        f" Among the groups are flagged ones: {joined([phenomenon(name) for name in doubted])}." if doubted else ""
    )
    return f"What is learnt {'; it '.join(parts)}.{warning}"


def order_test(facts: Facts) -> list[str]:
    """What the Test of Time says, by the last layers."""
    rows = [row for key in facts.trained for row in last_rows(facts, key)]
    if not rows:
        return []
    above = [row for row in rows if float(row["overlap_1"]) > float(row["chance_1"])]
    of = f"{many(len(rows), 'pair')} of a trained encoder and a text encoder"
    names = joined([_pair(row, "overlap_1", "chance_1") for row in above]) if above else ""
    lie = f"{len(above)} of {of} {'lies' if len(above) == 1 else 'lie'}" if above else f"none of {of} lies"
    said = [f"At k = 1, {lie} above what a pair blind to order has{f': {names}' if names else ''}."]
    agreed = [row for row in rows if (low := number_of(row, "agreement_low")) is not None and low > CHANCE]
    who = joined([f"{_both(row)} ({number(float(row['agreement']))})" for row in agreed]) if agreed else ""
    said.append(
        f"Clips are nearer to the caption of their own order, on colours that the map has not seen, for {who}."
        if agreed else "No clip is shown to be nearer to the caption of its own order than to the other."
    )  # fmt: skip
    texts = {row["text"]: float(row["siblings_text"]) for row in rows}
    blind = [key for key, value in texts.items() if value <= float(rows[0]["siblings_chance"])]
    if blind:
        plural = "know" if len(blind) > 1 else "knows"
        said.append(
            f"{joined(blind)} {plural} no order by its nearest captions, so that a miss of the pair names no culprit."
        )
    return said


def published() -> str:
    """What the published bars say, against their own conditional chance."""
    z = [(bar.overlap_1 - bar.chance) / np.sqrt(bar.chance * (1 - bar.chance) / ORDER_TEST_ITEMS) for bar in ORDER_TEST]
    above = sum(value > 2 for value in z)
    over = sum(value > 0 for value in z)
    return (
        f"{over} of the {len(ORDER_TEST)} published bars at k = 1 {'lies' if over == 1 else 'lie'} above what a pair "
        f"blind to order has, {above or 'none'} by more than two standard errors of {ORDER_TEST_ITEMS} items."
    )


def last_rows(facts: Facts, key: str) -> list[Row]:
    """The last layer of an encoder by the readout that represents it, beside each text encoder."""
    rows = represented(row for row in facts.of("test_of_time", "order_test") if row["video"] == key)
    return [row for row in rows if row["is_last"] == "1" and row["overlap_1"]]


def vectors(facts: Facts) -> list[str]:
    """Whether clips share a direction of time, and whether phenomena do."""
    own = {
        key: represented(row for row in facts.of("vectors", "vectors") if row["encoder"] == key)
        for key in facts.trained
    }
    said, shared, apart = list[str](), list[str](), list[str]()
    for key, rows in own.items():
        known = [row for row in rows if row["coherence"]]
        if known:
            best = max(known, key=lambda row: float(row["coherence"]))
            p = number_of(best, "coherence_p_max")
            words = f"{key} ({number(float(best['coherence']))} at {best['layer_name']})"
            (shared if p is not None and p <= ALPHA and float(best["coherence"]) > 0 else apart).append(words)
    if shared:
        said.append(f"Clips move in a common direction when they are reversed in {joined(shared)}.")
    if apart:
        said.append(f"No common direction is shown in {joined(apart)}.")
    means = [row for row in facts.of("vectors", "shared") if row["encoder"] in own and row["shared"]]
    chosen = [row for key in own for row in represented(row for row in means if row["encoder"] == key)]
    one = [row for row in chosen if float(row["p_shared"] or "nan") <= ALPHA and float(row["shared"]) > 0]
    if chosen and one:
        names = joined([f"{row['encoder']} (mean cosine {number(float(row['shared']))})" for row in one])
        said.append(f"Phenomena share one arrow in {names}.")
    elif chosen:
        said.append("No arrow that phenomena share is shown in any trained encoder.")
    return said


def odd_rows(facts: Facts) -> list[Row]:
    """Pairs of encoders with odd parts on both sides, with q over all of them."""
    rows = [dict(row) for row in facts.of("odd", "odd") if row["odd"] and row["flip_p"]]
    if rows:
        for row, q in zip(rows, q_values(np.array([float(row["flip_p"]) for row in rows])).tolist(), strict=True):
            row["q"] = repr(q)
    return rows


def odd(facts: Facts) -> str:
    """Whether encoders that agree on what there is agree on which way it goes."""
    rows = odd_rows(facts)
    trained = [
        row for row in rows if row["x"] in facts.trained and (row["y_is"] == "text" or row["y"] in facts.trained)
    ]
    if not trained:
        return "No two trained encoders have odd parts on both sides."
    found = [row for row in trained if float(row["q"]) <= ALPHA and float(row["flip_calibrated"]) > 0]
    content = [row for row in trained if float(row["even_p"]) <= ALPHA]
    names = joined([f"{row['x']} {TIMES} {row['y']}" for row in found]) if found else ""
    agree = f"on direction agree {len(found)}: {names}" if found else "none is shown to agree on direction"
    return f"Of {many(len(trained), 'pair')} of trained encoders {len(content)} agree on content; {agree}."


def _ends(row: Row) -> tuple[float, float]:
    return float(row["ci_low"]), float(row["ci_high"])


def _pair(row: Row, value: str, chance: str) -> str:
    return f"{_both(row)} ({number(float(row[value]))} over {number(float(row[chance]))})"


def _both(row: Row) -> str:
    return f"{row['video']} {TIMES} {row['text']}"
