TITLE Synapse with exponentially decaying conductance

COMMENT
Roth A, van Rossum MCW (2009) Modeling synapses. In: De Schutter E (ed) Computational Modeling
Methods for Neuroscientists, MIT Press. A weight is the jump of the conductance.
ENDCOMMENT

NEURON {
    POINT_PROCESS expsyn
    NONSPECIFIC_CURRENT i
    RANGE tau, e, g
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    tau = 5 (ms) <1e-9, 1e9>
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

NET_RECEIVE(weight (uS)) {
    g = g + weight
}
