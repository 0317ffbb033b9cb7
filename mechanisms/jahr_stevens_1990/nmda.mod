TITLE NMDA synapse with magnesium block

COMMENT
Block: Jahr CE, Stevens CF (1990) J Neurosci 10:3178-3182, doi:10.1523/JNEUROSCI.10-09-03178.1990,
1/(1 + [Mg]/3.57 mM exp(-0.062 V)). A weight is the peak of the unblocked conductance.
ENDCOMMENT

NEURON {
    POINT_PROCESS nmda
    NONSPECIFIC_CURRENT i
    RANGE tau1, tau2, e, mg, eta, v0, g
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
    (mM) = (milli/liter)
}

PARAMETER {
    tau1 = 3 (ms) <1e-9, 1e9>
    tau2 = 70 (ms) <1e-9, 1e9>
    e = 0 (mV)
    mg = 1 (mM) <0, 1e3>
    eta = 0.28011204481792717 (/mM)
    v0 = 16.129032258064516 (mV)
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
    g = (b - a)/(1 + eta*mg*exp(-v/v0))
    i = g*(v - e)
}

INITIAL {
    LOCAL peak
    a = 0
    b = 0
    peak = tau1*tau2/(tau2 - tau1)*log(tau2/tau1)
    norm = 1/(exp(-peak/tau2) - exp(-peak/tau1))
}

DERIVATIVE state {
    a' = -a/tau1
    b' = -b/tau2
}

NET_RECEIVE(weight (uS)) {
    a = a + weight*norm
    b = b + weight*norm
}
