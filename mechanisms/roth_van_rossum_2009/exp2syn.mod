TITLE Synapse whose conductance rises and decays exponentially

COMMENT
Roth A, van Rossum MCW (2009) Modeling synapses. In: De Schutter E (ed) Computational Modeling
Methods for Neuroscientists, MIT Press. A weight is the peak of the conductance after one event.
ENDCOMMENT

NEURON {
    POINT_PROCESS exp2syn
    NONSPECIFIC_CURRENT i
    RANGE tau1, tau2, e, g
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    tau1 = 0.5 (ms) <1e-9, 1e9> : rise
    tau2 = 5 (ms) <1e-9, 1e9>   : decay, longer than the rise
    e = 0 (mV)
}

STATE {
    a (uS)
    b (uS)
}

ASSIGNED {
    v (mV)
    i (nA)
    g (uS)
    norm
}

BREAKPOINT {
    SOLVE state METHOD cnexp
    g = b - a
    i = g*(v - e)
}

INITIAL {
    LOCAL rise, peak
    a = 0
    b = 0
    rise = tau1
    if (rise > 0.9999*tau2) {
        rise = 0.9999*tau2 : the limit of equal constants
    }
    peak = rise*tau2/(tau2 - rise)*log(tau2/rise)
    norm = 1/(exp(-peak/tau2) - exp(-peak/rise))
}

DERIVATIVE state {
    a' = -a/tau1
    b' = -b/tau2
}

NET_RECEIVE(weight (uS)) {
    a = a + weight*norm
    b = b + weight*norm
}
