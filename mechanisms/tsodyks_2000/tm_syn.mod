TITLE Synapse with short-term depression and facilitation

COMMENT
Tsodyks M, Uziel A, Markram H (2000) J Neurosci 20:RC50, doi:10.1523/JNEUROSCI.20-01-j0003.2000.
Resources x + y + z = 1 of each connection are advanced exactly from event to event; y is active, z is
recovering. A weight is the conductance if all resources were released.
ENDCOMMENT

NEURON {
    POINT_PROCESS tm_syn
    NONSPECIFIC_CURRENT i
    RANGE tau, tau_rec, tau_facil, use, e, g
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    tau = 3 (ms) <1e-9, 1e9>         : decay of the conductance
    tau_rec = 100 (ms) <1e-9, 1e9>   : recovery; not equal to tau
    tau_facil = 1000 (ms) <0, 1e9>   : 0 for no facilitation
    use = 0.04 <0, 1>                : utilisation of the first event
    e = 0 (mV)
}

STATE { g (uS) }

ASSIGNED {
    v (mV)
    i (nA)
}

BREAKPOINT {
    SOLVE state METHOD cnexp
    i = g*(v - e)
}

INITIAL {
    g = 0
}

DERIVATIVE state {
    g' = -g/tau
}

NET_RECEIVE(weight (uS), y, z, u, last (ms)) {
    LOCAL active, recovered, released
    INITIAL {
        y = 0
        z = 0
        u = 0
        last = t
    }
    active = exp(-(t - last)/tau)
    recovered = exp(-(t - last)/tau_rec)
    z = z*recovered + y*(active - recovered)/(tau/tau_rec - 1)
    y = y*active
    if (tau_facil > 0) {
        u = u*exp(-(t - last)/tau_facil)
        u = u + use*(1 - u)
    } else {
        u = use
    }
    released = u*(1 - y - z)
    g = g + weight*released
    y = y + released
    last = t
}
