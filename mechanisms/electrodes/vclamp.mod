TITLE Single-electrode voltage clamp with three levels

NEURON {
    POINT_PROCESS vclamp
    ELECTRODE_CURRENT i
    RANGE dur1, dur2, dur3, amp1, amp2, amp3, rs, vc
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (megohm) = (megaohm)
}

PARAMETER {
    rs = 1 (megohm) <1e-9, 1e9> : series resistance
    dur1 = 0 (ms) <0, 1e12>
    amp1 = 0 (mV)
    dur2 = 0 (ms) <0, 1e12>
    amp2 = 0 (mV)
    dur3 = 0 (ms) <0, 1e12>
    amp3 = 0 (mV)
}

ASSIGNED {
    v (mV)
    i (nA)
    vc (mV)
    on
}

BREAKPOINT {
    on = 1
    if (t < dur1) {
        vc = amp1
    } else if (t < dur1 + dur2) {
        vc = amp2
    } else if (t < dur1 + dur2 + dur3) {
        vc = amp3
    } else {
        vc = amp3
        on = 0
    }
    i = on*(vc - v)/rs
}
