"""Files whose parameters of the decoder change on the way: no part may miss those that a part left out would bring."""

from fractions import Fraction
from types import SimpleNamespace

import av
import numpy as np
import pytest
from numbered_clips import write
from test_decode import assert_same
from test_parts import both

from platoscope.data import decode, parts
from platoscope.data.decode import decode_clip


def other_settings(path, codec, *, count, offset):
    """A clip whose groups need the decoder to be told of an offset of chroma that another offset's clip has not."""
    base = np.kron(np.random.default_rng(0).integers(0, 256, (16, 16, 3)), np.ones((4, 4, 1))).astype(np.uint8)
    pictures = [np.roll(base, (3 * step, 5 * step), (0, 1)) for step in range(count)]
    options = {"g": "12", "x264-params": f"chroma_qp_offset={offset}:bframes=0:scenecut=0"}
    if codec == "libx265":
        offsets = f"cbqpoffs={offset}:crqpoffs={offset}"
        options = {"x265-params": f"log-level=none:pools=1:keyint=12:bframes=0:open-gop=0:repeat-headers=0:{offsets}"}
    return write(path, pictures, codec=codec, pix_fmt="yuv420p", options={**options, "qp": "30"})


def parameter_sets(extra, *, hevc):
    """Units of an avcC or hvcC."""
    units, position = [], 23 if hevc else 5
    for _ in range(extra[22] if hevc else 2):
        position += 1 if hevc else 0
        width = 2 if hevc else 1
        count = int.from_bytes(extra[position : position + width]) & (0xFFFF if hevc else 31)
        position += width
        for _ in range(count):
            size = int.from_bytes(extra[position : position + 2])
            units.append(extra[position + 2 : position + 2 + size])
            position += 2 + size
    return units


def joined(path, halves, *, repeated):
    """Put two clips of one codec end to end, the second with its parameters in all its key frames or in the first."""
    with av.open(str(path), "w") as out, av.open(str(halves[0])) as first:
        stream = out.add_stream_from_template(first.streams.video[0])
        shown = 0
        for half, file in enumerate(halves):
            with av.open(str(file)) as container:
                source = container.streams.video[0]
                sets = parameter_sets(source.codec_context.extradata, hevc=source.codec_context.name == "hevc")
                head = b"".join(len(unit).to_bytes(4) + unit for unit in sets)
                packets = [packet for packet in container.demux(source) if packet.size]
                for place, packet in enumerate(packets):
                    led = half == 1 and packet.is_keyframe and (repeated or place == 0)
                    copy = av.Packet(head + bytes(packet) if led else bytes(packet))
                    copy.time_base, copy.is_keyframe, copy.stream = Fraction(1, 25), packet.is_keyframe, stream
                    copy.pts = copy.dts = shown
                    shown += 1
                    out.mux(copy)
    return path


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
@pytest.mark.parametrize("file", ["clip.mkv", "clip.mp4"])
@pytest.mark.parametrize("repeated", [False, True], ids=["said once", "said of each group"])
def test_parameters_that_change_within_a_file_make_everything_be_decoded(tmp_path, monkeypatch, codec, file, repeated):
    monkeypatch.setattr(decode, "_decode_parts", lambda *_, **__: pytest.fail("decoded in parts"))
    halves = [
        other_settings(tmp_path / f"{offset}.mp4", codec, count=count, offset=offset)
        for offset, count in ((12, 24), (-12, 120))
    ]
    clip, whole = both(joined(tmp_path / file, halves, repeated=repeated), [1, 3], size=64)
    assert_same(clip, whole)
    alone = decode_clip(halves[1], budgets=[1], samplers=["first"], size=64, fit="crop", whole=True)
    shown = decode_clip(tmp_path / file, budgets=[144], samplers=["linspace"], size=64, fit="crop", whole=True)
    assert np.array_equal(shown.frames[24], alone.frames[0])  # everything is right, not wrong alike


def test_new_parameters_beside_a_packet_make_everything_be_decoded():
    picture = parts._Picture(begins=True, needless=False)
    for kind in ("new_extradata", "param_change"):
        with pytest.raises(parts.NotInPartsError):
            parts._check_parameters([SimpleNamespace(has_sidedata=kind.__eq__)], [picture])


@pytest.mark.parametrize(
    ("sets", "together"),
    [
        (["", "", ""], True),
        (["ab", "ab", "ab"], True),
        (["ab", "", "ab"], False),
        (["", "", "a"], False),
        (["ab", "ab", "ac"], False),
        (["ab", "ba", "ab"], False),
    ],
)
def test_groups_stand_alone_where_all_bring_the_same_parameters_or_none(sets, together):
    packets = [SimpleNamespace(has_sidedata=lambda _: False)] * 3
    pictures = [parts._Picture(begins=True, needless=False, sets=tuple(given)) for given in sets]
    if together:
        parts._check_parameters(packets, pictures)
    else:
        with pytest.raises(parts.NotInPartsError):
            parts._check_parameters(packets, pictures)


@pytest.mark.parametrize(("inside", "together"), [("", True), ("b", True), ("c", False)])
def test_parameters_within_a_group_have_to_be_those_at_its_beginning(inside, together):
    packets = [SimpleNamespace(has_sidedata=lambda _: False)] * 2
    pictures = [parts._Picture(begins=True, needless=False, sets=("a", "b")), parts._Picture(False, False, (*inside,))]
    if together:
        parts._check_parameters(packets, pictures)
    else:
        with pytest.raises(parts.NotInPartsError):
            parts._check_parameters(packets, pictures)


@pytest.mark.parametrize("sized", [True, False], ids=["size of each", "the last without a size"])
def test_sequence_headers_of_av1_are_found_among_its_units(sized):
    header, frame = b"\x0a\x03abc", b"\x32\x82\x01" + bytes(130)  # types 1 and 6, sizes of one and two bytes
    delimiter = b"\x16\x08\x00"  # type 2 with a byte for its layer
    last = b"\x0a\x02de" if sized else b"\x08de"
    assert parts._av1(delimiter + header + frame + last) == (b"abc", b"de")
