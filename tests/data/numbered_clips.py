"""Small clips of many formats that carry their frame number in their pixels, and how to read it back."""

from fractions import Fraction

import av
import numpy as np

SIDE = 64
BARS = 8

FORMATS = {
    "h264 with B-frames in mp4": ("clip.mp4", "libx264", "yuv420p", {"bf": "3", "g": "12"}),
    "h264 in fragments": ("clip.mp4", "libx264", "yuv420p", {"movflags": "frag_keyframe+empty_moov", "g": "8"}),
    "h264 in mkv": ("clip.mkv", "libx264", "yuv444p", {"bf": "2"}),
    "h264 in a transport stream": ("clip.ts", "libx264", "yuv420p", {"bf": "2"}),
    "h264 without a container": ("clip.h264", "libx264", "yuv420p", {"bf": "2"}),
    "hevc of 10 bits": ("clip.mp4", "libx265", "yuv420p10le", {"x265-params": "log-level=none:pools=1"}),
    "mpeg4 with B-frames in mp4": ("clip.mp4", "mpeg4", "yuv420p", {"bf": "2"}),
    "mpeg4 with B-frames in avi": ("clip.avi", "mpeg4", "yuv420p", {"bf": "2"}),
    "mpeg2 in a program stream": ("clip.mpg", "mpeg2video", "yuv420p", {"bf": "2"}),
    "vp9 in webm": ("clip.webm", "libvpx-vp9", "yuv420p", {"deadline": "realtime", "cpu-used": "8"}),
    "ffv1 in mkv": ("clip.mkv", "ffv1", "bgr0", {}),
    "gif": ("clip.gif", "gif", "rgb8", {}),
}


def bars(number):
    """A picture that shows its number in binary: uint8 [SIDE, SIDE, 3]."""
    bits = [(number >> bit) & 1 for bit in range(BARS)]
    row = np.repeat(np.array(bits, np.uint8) * 255, SIDE // BARS)
    return np.broadcast_to(row[None, :, None], (SIDE, SIDE, 3)).copy()


def numbers(frames):
    """Read the numbers back: one for each of [frame, SIDE, SIDE, 3]."""
    lit = frames.reshape(len(frames), SIDE, BARS, SIDE // BARS, 3).mean(axis=(1, 3, 4)) > 127
    return (lit @ (1 << np.arange(BARS))).tolist()


def write(path, pictures, *, codec="ffv1", pix_fmt="bgr0", options=None, ticks=None, tagged=None, rotation=None):
    """Write uint8 [height, width, 3 or 4] pictures or libav frames, at 25 a second or at `ticks` of 1/1000 s."""
    tagged, options = tagged or {}, {"threads": "1", **(options or {})}
    muxing = {"movflags": options.pop("movflags")} if "movflags" in options else {}
    with av.open(str(path), "w", options=muxing) as container:
        stream = container.add_stream(codec, rate=25, options=options)
        stream.pix_fmt, stream.height, stream.width = pix_fmt, *shape(pictures[0])
        if rotation:
            stream.set_display_rotation(*rotation)
        for name, value in tagged.items():
            setattr(stream.codec_context, name, value)
        if ticks is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        for index, picture in enumerate(pictures):
            frame = picture if isinstance(picture, av.VideoFrame) else as_frame(picture).reformat(format=pix_fmt)
            for name in tagged.keys() - {"sample_aspect_ratio"}:
                setattr(frame, name, tagged[name])
            frame.pts = index if ticks is None else ticks[index]
            frame.time_base = Fraction(1, 25) if ticks is None else Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def shape(picture):
    return (picture.height, picture.width) if isinstance(picture, av.VideoFrame) else picture.shape[:2]


def as_frame(picture):
    return av.VideoFrame.from_ndarray(picture, format="rgb24" if picture.shape[2] == 3 else "rgba")


def planar(pix_fmt, planes):
    """A frame of the given planes: integer [height, width] each."""
    frame = av.VideoFrame(planes[0].shape[1], planes[0].shape[0], pix_fmt)
    for plane, values in zip(frame.planes, planes, strict=True):
        dtype = np.dtype(np.uint8 if "10" not in pix_fmt else np.uint16)
        rows = np.zeros((plane.height, plane.line_size // dtype.itemsize), dtype)
        rows[:, : values.shape[1]] = values
        plane.update(rows.tobytes())
    return frame


def numbered(path, count, **how):
    return write(path, [bars(number) for number in range(count)], **how)


def damaged_packet(path, *, which, after=0):
    """Overwrite the body of one packet in the middle of a file, but for so many bytes at its beginning."""
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        position, size = packets[which].pos, packets[which].size
    content = bytearray(path.read_bytes())
    content[position + after : position + size] = b"\xff" * (size - after)
    path.write_bytes(content)
