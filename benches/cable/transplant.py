"""Writes a cell that NEURON has built as text, so that another simulator can build the very same.

Lines: `celsius`, `ion NAME ei` (fixed reversal potentials), then per section `section PARENT X NSEG
RA KIND POINTS`, its points `x y z diameter`, `cm` and one line per mechanism and parameter with one value per
segment. Parents come first; a section without one has parent -1.
"""

from neuron import h


def ordered(root):
    """Sections from the root on, parents first."""
    found, open_ = [], [root]
    while open_:
        section = open_.pop(0)
        found.append(section)
        open_.extend(section.children())
    return found


def kind(section):
    name = section.name().split(".")[-1].split("[")[0]
    return name if name in ("soma", "axon", "dend", "apic") else "dend"


def points(section):
    if section.n3d() > 1:
        n = range(section.n3d())
        return [(section.x3d(k), section.y3d(k), section.z3d(k), section.diam3d(k)) for k in n]
    return [(0, 0, 0, section.diam), (section.L, 0, 0, section.diam)]


def parameters(name):
    """Names of a density mechanism's RANGE parameters, without the suffix."""
    standard = h.MechanismStandard(name, 1)
    found = []
    for k in range(standard.count()):
        text = h.ref("")
        size = standard.name(text, k)
        if size == 1:
            found.append(text[0].removesuffix("_" + name))
    return found


def write(root, path):
    """Returns the sections in the order in which they are written."""
    sections = ordered(root)
    number = {section: k for k, section in enumerate(sections)}
    fixed = {}
    with open(path, "w") as out:
        print("celsius", repr(h.celsius), file=out)
        for section in sections:
            above = section.parentseg()
            assert above is None or section.orientation() == 0.0
            parent, x = (-1, 0.0) if above is None else (number[above.sec], above.x)
            shape = points(section)
            head = [parent, repr(x), section.nseg, repr(section.Ra), kind(section), len(shape)]
            print("section", *head, file=out)
            for point in shape:
                print(*(repr(float(c)) for c in point), file=out)
            print("cm", *(repr(segment.cm) for segment in section), file=out)
            for name in section.psection()["density_mechs"]:
                own = parameters(name)
                if not own:
                    print("mech", name, "-", file=out)
                for parameter in own:
                    values = [getattr(getattr(segment, name), parameter) for segment in section]
                    print("mech", name, parameter, *map(repr, values), file=out)
            for ion, reversal in (("na", "ena"), ("k", "ek")):
                if h.ismembrane(ion + "_ion", sec=section):
                    value = getattr(section, reversal)
                    assert fixed.setdefault(ion, value) == value, "one reversal potential per cell"
        for ion, value in fixed.items():
            print("ion", ion, repr(value), file=out)
    return sections
