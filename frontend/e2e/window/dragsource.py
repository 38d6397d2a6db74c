"""A small window that a file can be dragged out of, as out of a file manager.

Usage: dragsource.py FILE. Prints "taken" when somebody received the file.
"""

import pathlib
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402

uri = pathlib.Path(sys.argv[1]).resolve().as_uri()

window = Gtk.Window(title="markai-dragsource")
window.set_default_size(140, 70)
handle = Gtk.EventBox()
handle.add(Gtk.Label(label="Take me"))
window.add(handle)
handle.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
handle.drag_source_add_uri_targets()


def give(_widget, _context, selection, _info, _time):
    selection.set_uris([uri])
    print("taken", flush=True)


handle.connect("drag-data-get", give)
window.connect("destroy", Gtk.main_quit)
window.show_all()
Gtk.main()
