TITLE Current clamp: one rectangular pulse

NEURON {
    POINT_PROCESS iclamp
    ELECTRODE_CURRENT i
    RANGE del, dur, amp
}

UNITS {
    (nA) = (nanoamp)
}

PARAMETER {
    del = 0 (ms)
    dur = 0 (ms) <0, 1e12>
    amp = 0 (nA)
}

ASSIGNED { i (nA) }

BREAKPOINT {
    if (t >= del && t < del + dur) {
        i = amp
    } else {
        i = 0
    }
}
