TITLE AMPA synapse: two-state receptor

COMMENT
Destexhe A, Mainen ZF, Sejnowski TJ (1998) Kinetic models of synaptic transmission. In: Koch C,
Segev I (eds) Methods in Neuronal Modeling, 2nd ed, MIT Press. Ours differs: transmitter decays
exponentially with tauc instead of ending abruptly. A weight scales the transmitter of one event.
ENDCOMMENT

NEURON {
    POINT_PROCESS ampa
    NONSPECIFIC_CURRENT i
    RANGE gmax, e, g, alpha, beta, cmax, tauc
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
    (mM) = (milli/liter)
}

PARAMETER {
    gmax = 0.001 (uS) <0, 1e9>
    e = 0 (mV)
    alpha = 1.1 (/ms/mM) <0, 1e9>
    beta = 0.19 (/ms) <0, 1e9>
    cmax = 1 (mM) <0, 1e9>
    tauc = 0.3 (ms) <1e-9, 1e9>
}

STATE {
    c (mM)
    r
}

ASSIGNED {
    v (mV)
    i (nA)
    g (uS)
}

BREAKPOINT {
    SOLVE state METHOD cnexp
    g = gmax*r
    i = g*(v - e)
}

INITIAL {
    c = 0
    r = 0
}

DERIVATIVE state {
    c' = -c/tauc
    r' = alpha*c*(1 - r) - beta*r
}

NET_RECEIVE(weight) {
    c = c + weight*cmax
}
