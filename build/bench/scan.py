"""Makes a scan: the pages of a PDF as grey pictures in a PDF without text."""

import glob
import subprocess


def scan(source, target, folder, pages, dpi=200):
    """Writes up to pages pages of source to target; returns how many."""
    prefix = folder + "/scan"
    subprocess.run(["pdftoppm", "-jpeg", "-gray", "-r", str(dpi), "-l", str(pages), source, prefix], check=True)
    pictures = sorted(glob.glob(prefix + "*.jpg"))
    objects = []

    def add(body):
        objects.append(body)
        return len(objects)

    catalog, tree = add(b""), add(b"")
    kids = []
    for path in pictures:
        data = open(path, "rb").read()
        width, height, components = frame(data)
        space = {1: b"DeviceGray", 3: b"DeviceRGB"}[components]
        image = add(
            b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /%s /BitsPerComponent 8 /Filter /DCTDecode /Length %d >>\nstream\n%s\nendstream"
            % (width, height, space, len(data), data)
        )
        w, h = width * 72 / dpi, height * 72 / dpi
        draw = b"%.2f 0 0 %.2f 0 0 cm /I Do" % (w, h)
        content = add(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(draw), draw))
        kids.append(
            add(
                b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %.2f %.2f] /Resources << /XObject << /I %d 0 R >> >> /Contents %d 0 R >>"
                % (tree, w, h, image, content)
            )
        )
    objects[catalog - 1] = b"<< /Type /Catalog /Pages %d 0 R >>" % tree
    objects[tree - 1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % k for k in kids))

    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, catalog, start)
    open(target, "wb").write(out)
    return len(kids)


def frame(jpeg):
    """Width, height and number of components from the frame header of a JPEG.

    pdftoppm writes grey pictures with three components.
    """
    at = 2
    while True:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xC2:
            return int.from_bytes(jpeg[at + 7 : at + 9], "big"), int.from_bytes(jpeg[at + 5 : at + 7], "big"), jpeg[at + 9]
        at += 2 + length
