"""The cell of `examples/l5_pyramidal.rs` in NEURON: same file, same segments, same membrane."""

from neuron import h

h.load_file("stdlib.hoc")
h.load_file("import3d.hoc")
h.load_file("stdrun.hoc")


def load(path, max_length_um=10.0, owner=None):
    """Imports an SWC file; returns its sections, soma first, cut into segments of at most the given length.

    Several cells need an owner each (any Python object), or the later ones replace the earlier."""
    reader = h.Import3d_SWC_read()
    reader.quiet = 1
    reader.input(path)
    h.Import3d_GUI(reader, False).instantiate(owner)
    sections = list(owner.all if owner else h.allsec())
    for section in sections:
        section.Ra = 100.0
        section.cm = 1.0
        section.nseg = max(1, -int(-section.L // max_length_um))
    return sections


def paint(sections, membrane):
    """hh: Hodgkin-Huxley everywhere; pas: passive everywhere; mixed: hh on soma and axon only."""
    for section in sections:
        active = membrane == "hh" or (membrane == "mixed" and section.name().split("[")[0] in ("soma", "axon"))
        section.insert("hh" if active else "pas")
        if active:
            for segment in section:
                segment.hh.gnabar, segment.hh.gkbar = 0.12, 0.036
                segment.hh.gl, segment.hh.el = 0.0003, -54.3
            section.ena, section.ek = 50.0, -77.0
        else:
            for segment in section:
                segment.pas.g, segment.pas.e = 0.0003, -65.0


def soma(sections):
    return next(s for s in sections if s.name().startswith("soma"))


def compartments(sections):
    return sum(s.nseg for s in sections)


def end_of(section):
    k = section.n3d() - 1
    return section.x3d(k), section.y3d(k), section.z3d(k)
