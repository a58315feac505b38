#!/usr/bin/env python3
"""Draws Neuston's app icon: a water strider on the line, its ripples below.

Standard library only; same bytes on every machine that has the same zlib.
Run from anywhere: `python3 assets/icons/draw.py`. Writes the PNG files beside itself.
"""

import math
import pathlib
import struct
import zlib

WATER = (0x0B, 0x66, 0x70)
PAPER = (0xFA, 0xF9, 0xF5)
SIZES = {"32x32.png": 32, "128x128.png": 128, "128x128@2x.png": 256, "icon.png": 512}

# The mark lives in a 24 x 24 box, y downwards; strokes are 1.8 wide with round ends.
STROKE = 1.8
RIPPLE_OPACITY = 0.6
MARK_SCALE = 0.72
MARK_CENTRE = (12.0, 13.4)
CORNER = 5.4
EDGE = 1.0


def arc(cx, cy, radius, start, end, steps=24):
    """Points of a circle's part; degrees, clockwise on the screen."""
    angles = (math.radians(start + (end - start) * i / steps) for i in range(steps + 1))
    return [(cx + radius * math.cos(a), cy + radius * math.sin(a)) for a in angles]


def bezier(p0, p1, p2, p3, steps=24):
    """Points of a cubic curve."""
    points = []
    for i in range(steps + 1):
        t = i / steps
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        points.append((a * p0[0] + b * p1[0] + c * p2[0] + d * p3[0], a * p0[1] + b * p1[1] + c * p2[1] + d * p3[1]))
    return points


STRIDER = [
    [(2, 12.5), (22, 12.5)],
    arc(17, 12.5, 5, 180, 270),
    arc(7, 12.5, 5, 360, 270),
]
RIPPLES = [
    bezier((7.5, 16), (9.1, 17.5), (14.9, 17.5), (16.5, 16)),
    bezier((10, 19.3), (10.9, 20), (13.1, 20), (14, 19.3)),
]


def distance(x, y, polyline):
    """From a point to the nearest part of a polyline."""
    best = math.inf
    for (ax, ay), (bx, by) in zip(polyline, polyline[1:]):
        dx, dy = bx - ax, by - ay
        t = max(0.0, min(1.0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)))
        best = min(best, math.hypot(x - ax - t * dx, y - ay - t * dy))
    return best


def cover(signed, pixel):
    """How much of a pixel lies inside an edge at this signed distance."""
    return max(0.0, min(1.0, 0.5 - signed / pixel))


def draw(size):
    """RGBA rows of the icon at this size."""
    pixel = 24.0 / size
    rows = []
    for j in range(size):
        row = bytearray()
        for i in range(size):
            x, y = (i + 0.5) * pixel, (j + 0.5) * pixel
            qx = abs(x - 12) - (12 - EDGE - CORNER)
            qy = abs(y - 12) - (12 - EDGE - CORNER)
            ground = cover(math.hypot(max(qx, 0), max(qy, 0)) + min(max(qx, qy), 0) - CORNER, pixel)
            ink = 0.0
            if ground > 0:
                mx = (x - 12) / MARK_SCALE + MARK_CENTRE[0]
                my = (y - 12) / MARK_SCALE + MARK_CENTRE[1]
                unit = pixel / MARK_SCALE
                ink = max(cover(distance(mx, my, line) - STROKE / 2, unit) for line in STRIDER)
                ink = max([ink] + [RIPPLE_OPACITY * cover(distance(mx, my, line) - STROKE / 2, unit) for line in RIPPLES])
            row += bytes(round(w + (p - w) * ink) for w, p in zip(WATER, PAPER))
            row.append(round(255 * ground))
        rows.append(bytes(row))
    return rows


def chunk(kind, data):
    """One PNG chunk."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(rows):
    """A PNG file of RGBA rows."""
    size = len(rows)
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def main():
    here = pathlib.Path(__file__).resolve().parent
    for name, size in SIZES.items():
        (here / name).write_bytes(png(draw(size)))


if __name__ == "__main__":
    main()
