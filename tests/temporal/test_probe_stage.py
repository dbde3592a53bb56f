"""The stage of probes on made-up features: what knows is told, what leaks is flagged, a bag is at one half exactly."""

import csv

import numpy as np
import pytest
from probe_project import (
    DIM,
    EACH,
    FRAMES,
    params,
    rows_of_clocks,
    steps_of,
    write_clips_store,
    write_frames_store,
    write_project,
    write_text_store,
    write_windows_store,
)

from platoscope.errors import DataError, EncodingError, InputError
from platoscope.params.temporal import TemporalParams
from platoscope.scratch import digest_of
from platoscope.temporal.probes import PROBES
from platoscope.temporal.stages import probes, report
from platoscope.temporal.stages.table import COLUMNS

VIDEO = ("knows", "clips", "blind", "untrained_0", "untrained_1")
ASKED = ("arrow", "cause", "irreversible", "gravity", "ordering", "vectors", "odd")


@pytest.fixture(scope="module", autouse=True)
def _one_worker():
    """Everything in this process, so that nothing has to start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLATOSCOPE_WORKERS", "1")
        patch.delenv("PLATOSCOPE_WORK", raising=False)
        patch.delenv("DVC_ROOT", raising=False)
        yield


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Every store, and every probe run once."""
    labels = rows_of_clocks()
    project, ids = write_project(tmp_path_factory.mktemp("project"), labels)
    up = np.zeros(DIM, np.float32)
    up[4] = 3.0
    write_frames_store(project, ids, "knows", steps_of(labels, knows=True), up=up)
    write_clips_store(project, ids, "clips", steps_of(labels, knows=True, seed=1))
    write_frames_store(project, ids, "blind", steps_of(labels, knows=False, seed=2))
    for seed in (0, 1):
        write_frames_store(project, ids, f"untrained_{seed}", steps_of(labels, knows=False, seed=10 + seed))
    write_frames_store(project, ids, "pixels", steps_of(labels, knows=True, seed=3))
    write_clips_store(project, ids, "flow", steps_of(labels, knows=True, seed=4))
    write_frames_store(project, ids, "artefact", steps_of(labels, knows=False, seed=5))
    write_text_store(project, ids, "reader", labels)
    for probe in ASKED:
        probes.run(asked(), project, probe)
    return project


def asked(**more):
    untrained = {"knows": ["untrained_0", "untrained_1"]}
    return params(video=VIDEO, text=["reader"], probes=ASKED, untrained=untrained, **more)


def table(project, probe, name="table"):
    with (project.temporal_probe(probe) / f"{name}.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))


def row(project, probe, encoder, readout, question=None):
    (found,) = [
        one for one in table(project, probe)
        if (one["encoder"], one["readout"]) == (encoder, readout) and one["question"] == (question or probe)
    ]  # fmt: skip
    return found


def grey_pictures(n):
    """Steps [sample, frame, 256] of grey pictures that hardly change, float32 on [-1, 1]."""
    rng = np.random.default_rng(8)
    still = rng.uniform(-0.5, 0.5, (n, 1, 16, 16))
    moving = np.repeat(still, FRAMES, axis=1) + rng.normal(size=(n, FRAMES, 16, 16)) * 0.01
    return moving.reshape(n, FRAMES, -1).astype(np.float32)


def summed(some, project):
    """What `results/temporal.json` says of every encoder."""
    tables = {probe: report.read_tables(project.temporal_probe(probe)) for probe in some.temporal.probes}
    return report.document_of(some.temporal.video, tables)["encoders"]


def test_every_probe_that_params_may_name_is_in_the_table_and_no_other():
    assert set(PROBES) == set(TemporalParams.model_fields["probes"].annotation.__args__[0].__args__)


def test_there_is_a_row_for_each_encoder_and_readout_with_the_columns_of_the_table(project):
    rows = table(project, "arrow")
    assert tuple(rows[0]) == COLUMNS
    found = {(one["encoder"], one["readout"]) for one in rows}
    of_frames = [*(key for key in VIDEO if key != "clips"), "pixels", "artefact"]
    assert found == {(key, name) for key in of_frames for name in ("bag", "moment", "concat")} | {
        (key, name) for key in ("clips", "flow") for name in ("bag", "native")
    }


def test_what_knows_the_arrow_is_told_and_its_bag_is_at_one_half_to_the_last_bit(project):
    for encoder, readout in (("knows", "moment"), ("knows", "concat"), ("clips", "native")):
        one = row(project, "arrow", encoder, readout)
        assert float(one["acc"]) > 0.9
        assert float(one["p"]) == 0.01
        assert one["n_pairs"] == str(2 * EACH)  # of families G and D
        assert float(one["gap"]) == float(one["acc"]) - 0.5
        assert not one["flags"]
        bag = row(project, "arrow", encoder, "bag")
        assert (bag["acc"], bag["ci_low"], bag["ci_high"], bag["q"]) == ("0.5", "0.5", "0.5", "")
    assert float(row(project, "arrow", "blind", "moment")["p"]) > 0.05


def test_every_control_stands_beside_a_row(project):
    one = row(project, "arrow", "knows", "moment")
    assert float(one["pixels"]) > 0.9
    assert one["layer_name"] == "final"
    assert float(one["random_init"]) == np.mean(
        [float(row(project, "arrow", f"untrained_{seed}", "moment")["acc"]) for seed in (0, 1)]
    )
    assert one["flow"]
    assert abs(float(one["artefact"]) - 0.5) < 0.2
    assert float(one["mirror"]) == float(one["acc"])  # the mirror image has the same features here
    assert one["static"] == "0.5"
    assert float(one["twin_low"]) <= float(one["twin"]) <= float(one["twin_high"])
    assert float(one["unseen"]) > 0.9


def test_a_sign_label_says_which_is_positive_and_without_it_the_same_clips_are_a_twin(project):
    one = row(project, "cause", "knows", "moment")
    assert float(one["acc"]) > 0.9
    assert float(one["twin_p"]) > 0.01
    assert one["n_pairs"] == str(EACH)


def test_gravity_is_told_by_a_bag_and_so_has_no_gap_where_order_adds_nothing(project):
    one = row(project, "gravity", "knows", "concat", "upright")
    assert one["class"] == "unprotected"
    assert float(one["bag"]) > 0.9
    assert abs(float(one["gap"])) < 0.1
    assert float(one["turned"]) > 0.9  # backwards, too, down is down
    protected = row(project, "gravity", "knows", "moment", "turning")
    assert protected["class"] == "protected"


def test_a_change_of_pixels_that_was_not_made_is_refused_and_named(tmp_path):
    labels = rows_of_clocks()
    project, ids = write_project(tmp_path, labels)
    for key in ("clips", "pixels", "flow", "artefact"):
        write_clips_store(project, ids, key, steps_of(labels, knows=True), changes=("mirror",))
    with pytest.raises(
        InputError, match=r"no variant 'flip', which question upright asks of: add it to temporal\.changes"
    ):
        probes.run(params(video=["clips"], probes=["gravity"]), project, "gravity")


def test_transfer_has_a_row_for_each_two_phenomena_and_twins_are_marked(project):
    rows = [
        one for one in table(project, "irreversible", "transfer")
        if (one["encoder"], one["readout"]) == ("knows", "moment")
    ]  # fmt: skip
    assert len(rows) == 16  # G, D and their twins
    carried = {(one["trained"], one["tested"]): one for one in rows}
    assert float(carried["G", "D"]["acc"]) > 0.9
    assert carried["G", "D twins"]["twin"] == "1"
    (means,) = [
        one for one in table(project, "irreversible", "transfer_means")
        if (one["encoder"], one["readout"]) == ("knows", "moment")
    ]  # fmt: skip
    assert float(means["off_diagonal"]) > 0.9
    assert means["groups"] == "2"


def test_ordering_has_every_spacing_that_fits_of_clips_and_of_twins(project):
    rows = [one for one in table(project, "ordering", "spacing") if one["encoder"] == "knows"]
    assert {(one["clips"], one["steps"], one["spacing"]) for one in rows} == {("clips", "4", "1"), ("twins", "4", "1")}
    by = {one["clips"]: one for one in rows}
    assert float(by["clips"]["pairwise"]) > 0.8
    assert float(by["clips"]["position_chance"]) == 1.25
    assert abs(float(by["twins"]["pairwise"]) - 0.5) < 0.2
    assert row(project, "ordering", "knows", "alone", "4 steps, 1 apart")["acc"] == by["clips"]["pairwise"]


def test_vectors_of_what_knows_are_coherent_and_those_of_a_bag_are_undefined(project):
    rows = [one for one in table(project, "vectors", "vectors") if one["encoder"] == "knows"]
    concat = next(one for one in rows if (one["readout"], one["layer_name"]) == ("concat", "final"))
    assert float(concat["coherence"]) > 0.3
    assert float(concat["coherence_p"]) == 0.01
    assert float(concat["odd_energy"]) > float(concat["odd_energy_twins"])
    assert float(concat["progress_r"]) == pytest.approx(-float(concat["progress_reversed_r"]), abs=0.05)
    assert float(concat["progress_static_r"]) == 0
    bag = next(one for one in rows if (one["readout"], one["layer_name"]) == ("bag", "final"))
    assert (bag["odd_energy"], bag["coherence"]) == ("0.0", "")
    shared = [one for one in table(project, "vectors", "shared") if one["encoder"] == "knows"]
    assert float(shared[0]["shared"]) > 0.5


def test_odd_parts_are_compared_of_every_two_that_are_no_controls_alone_and_with_texts(project):
    rows = table(project, "odd", "odd")
    pairs = {(one["x"], one["y"]) for one in rows}
    assert ("knows", "clips") in pairs
    assert ("knows", "pixels") in pairs
    assert ("knows", "reader") in pairs
    assert not pairs & {("pixels", "flow"), ("knows", "artefact"), ("knows", "untrained_0")}
    one = next(one for one in rows if (one["x"], one["y"]) == ("knows", "reader"))
    assert (one["y_is"], one["readout_x"], one["k"]) == ("text", "concat", "3")
    told = {(one["video"], one["what"]) for one in table(project, "odd", "directions")}
    assert ("knows", "clips") in told
    assert ("knows", "captions") in told


def test_at_most_eight_numbers_of_an_encoder_are_tracked_and_they_are_those_of_the_tables(project):
    content = summed(asked(), project)
    assert max(map(len, content.values())) <= report.MOST
    assert content["knows"]["arrow"] == float(row(project, "arrow", "knows", "moment")["acc"])
    assert content["clips"]["arrow"] == float(row(project, "arrow", "clips", "native")["acc"])
    assert content["knows"]["gap"] > 0.5


def with_artefact(folder, *, leaks):
    """A project with an encoder that knows the arrow of twins, one that is fair, and artefacts that leak or not."""
    labels = rows_of_clocks()
    project, ids = write_project(folder, labels)
    write_frames_store(project, ids, "knows", steps_of(labels, knows=True, of_twins=True))
    write_frames_store(project, ids, "fair", steps_of(labels, knows=True))
    for baseline in ("pixels", "flow"):
        write_frames_store(project, ids, baseline, steps_of(labels, knows=False, seed=7))
    write_frames_store(project, ids, "artefact", steps_of(labels, knows=leaks, of_twins=True, seed=8))
    some = params(video=["knows", "fair"], probes=["arrow"])
    probes.run(some, project, "arrow")
    return project, summed(some, project)


def test_a_twin_above_chance_flags_the_row_and_takes_it_out_of_every_average(tmp_path):
    project, content = with_artefact(tmp_path, leaks=False)
    assert row(project, "arrow", "knows", "moment")["flags"] == "twin"
    assert row(project, "arrow", "fair", "moment")["flags"] == ""
    assert "arrow" not in content.get("knows", {})
    assert "arrow" in content["fair"]


def test_artefacts_that_tell_the_arrow_of_twins_flag_every_row(tmp_path):
    project, content = with_artefact(tmp_path, leaks=True)
    assert row(project, "arrow", "knows", "moment")["flags"] == "twin leak"
    assert row(project, "arrow", "fair", "moment")["flags"] == "leak"
    assert not content


def test_clips_without_labels_are_asked_for_their_arrow_by_source(tmp_path):
    labels = [{} for _ in range(40)]
    project, ids = write_project(tmp_path, labels)
    write_frames_store(project, ids, "pixels", grey_pictures(len(ids)))
    for key in ("knows", "flow", "artefact"):
        write_frames_store(project, ids, key, steps_of(labels, knows=key == "knows", seed=len(key)))
    some = params(video=["knows"], probes=["arrow", "cause"])
    probes.run(some, project, "arrow")
    one = row(project, "arrow", "knows", "moment")
    assert float(one["acc"]) > 0.9
    assert (one["n_pairs"], one["twin"], one["unseen"]) == ("40", "", "")
    with pytest.raises(DataError, match=r"probe cause is about families C of dataset.source clocks"):
        probes.run(some, project, "cause")


def test_clips_with_a_cut_or_a_black_border_are_left_out_and_named(tmp_path):
    labels = [{} for _ in range(40)]
    project, ids = write_project(tmp_path, labels)
    grey = grey_pictures(len(ids)).reshape(40, FRAMES, 16, 16)
    grey[3, 2:] = grey[4, 2:] + 0.9  # another scene
    grey[7, :, 0] = grey[8, :, :, -1] = -1.0
    grey[9, 1:] += 0.9  # brighter at once: a cut, too
    write_frames_store(project, ids, "pixels", grey.reshape(40, FRAMES, -1))
    for key in ("knows", "flow", "artefact"):
        write_frames_store(project, ids, key, steps_of(labels, knows=key == "knows"))
    probes.run(params(video=["knows"], probes=["arrow"]), project, "arrow")
    told = {one["id"]: one["why"] for one in table(project, "arrow", "left_out")}
    assert told == {"c3": "cut", "c7": "black border", "c8": "black border", "c9": "cut"}
    assert row(project, "arrow", "knows", "moment")["n_pairs"] == "36"


def test_artefacts_are_asked_for_in_each_window_so_that_a_leak_of_the_head_of_files_is_seen(tmp_path):
    labels = [{} for _ in range(40)]
    project, ids = write_project(tmp_path, labels)
    write_frames_store(project, ids, "pixels", grey_pictures(len(ids)))
    for key in ("knows", "flow"):
        write_frames_store(project, ids, key, steps_of(labels, knows=key == "knows", seed=len(key)))
    fair, head = steps_of(labels, knows=False, seed=20), steps_of(labels, knows=True, seed=21)
    write_windows_store(project, ids, "artefact", fair, early=head, late=steps_of(labels, knows=False, seed=22))
    probes.run(params(video=["knows"], probes=["arrow"]), project, "arrow")
    told = {one["window"]: float(one["acc"]) for one in table(project, "arrow", "windows")}
    assert told["early"] > 0.9
    assert abs(told["middle"] - 0.5) < 0.25
    assert abs(told["late"] - 0.5) < 0.25


def test_a_bag_that_knows_the_order_of_its_frames_is_an_error(tmp_path, monkeypatch):
    from platoscope.temporal.stages import features_of

    monkeypatch.setattr(features_of, "readout", lambda steps, _: np.asarray(steps[:, 0], np.float64))
    labels = rows_of_clocks()
    fresh, ids = write_project(tmp_path, labels)
    for key in ("pixels", "flow", "artefact"):
        write_frames_store(fresh, ids, key, steps_of(labels, knows=True))
    with pytest.raises(EncodingError, match=r"the bag of layer 'early' differs between fwd and rev"):
        probes.run(params(video=[], probes=["arrow"]), fresh, "arrow")


def test_probes_need_their_baselines_and_every_key_an_entry():
    with pytest.raises(InputError, match=r"temporal: probes need the baseline artefact beside them"):
        params(video=["a"], probes=["arrow"], baselines={"pixels": "pixels", "flow": "flow"})
    with pytest.raises(InputError, match=r"temporal: untrained\.a names 'b', video has a, pixels, flow"):
        params(video=["a"], probes=["arrow"], untrained={"a": ["b"]})
    with pytest.raises(InputError, match=r"shows 6 of 6 frames by center, which are not stored: budgets.frames"):
        params(video=["a"], probes=["arrow"], frames=6)
    assert params(video=["a"], probes=["arrow"]).temporal.chosen == FRAMES


def test_a_second_run_computes_nothing_and_gives_the_same_bytes(project, monkeypatch):
    before = digest_of(project.temporal_probe("arrow"))
    monkeypatch.setattr(probes, "threadpool_limits", None)
    probes.run(asked(), project, "arrow")
    assert digest_of(project.temporal_probe("arrow")) == before


def test_several_workers_give_the_same_bytes(project, monkeypatch, tmp_path):
    before = digest_of(project.temporal_probe("arrow"))
    monkeypatch.setenv("PLATOSCOPE_WORKERS", "2")
    monkeypatch.setenv("PLATOSCOPE_WORK", str(tmp_path))
    probes.run(asked(), project, "arrow")
    assert sorted(file.stem for file in tmp_path.rglob("blocks/*.json")) == sorted(asked().temporal.video)
    assert digest_of(project.temporal_probe("arrow")) == before
