TITLE Sinusoidal current

NEURON {
    POINT_PROCESS isine
    ELECTRODE_CURRENT i
    RANGE del, dur, amp, offset, freq, phase
}

UNITS {
    (nA) = (nanoamp)
    PI = (pi) (1)
}

PARAMETER {
    del = 0 (ms)
    dur = 1e9 (ms) <0, 1e12>
    amp = 0 (nA)
    offset = 0 (nA)
    freq = 1 (/s) <0, 1e9>
    phase = 0 : radian
}

ASSIGNED { i (nA) }

BREAKPOINT {
    if (t >= del && t < del + dur) {
        i = offset + amp*sin(2*PI*freq*(t - del)*(1e-3) + phase)
    } else {
        i = 0
    }
}
