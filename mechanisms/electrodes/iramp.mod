TITLE Current ramp

NEURON {
    POINT_PROCESS iramp
    ELECTRODE_CURRENT i
    RANGE del, dur, start, stop
}

UNITS {
    (nA) = (nanoamp)
}

PARAMETER {
    del = 0 (ms)
    dur = 1 (ms) <1e-9, 1e12>
    start = 0 (nA)
    stop = 0 (nA)
}

ASSIGNED { i (nA) }

BREAKPOINT {
    if (t >= del && t < del + dur) {
        i = start + (stop - start)*(t - del)/dur
    } else {
        i = 0
    }
}
