TITLE Excitatory synapse with AMPA and NMDA receptors

COMMENT
Magnesium block: Jahr CE, Stevens CF (1990) J Neurosci 10:3178-3182,
doi:10.1523/JNEUROSCI.10-09-03178.1990. A weight is the peak of the AMPA conductance; the peak of the
unblocked NMDA conductance is `ratio` times that.
ENDCOMMENT

NEURON {
    POINT_PROCESS ampa_nmda
    NONSPECIFIC_CURRENT i
    RANGE ampa_rise, ampa_decay, nmda_rise, nmda_decay, ratio, e, mg, eta, v0
    RANGE g_ampa, g_nmda, i_ampa, i_nmda
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
    (mM) = (milli/liter)
}

PARAMETER {
    ampa_rise = 0.5 (ms) <1e-9, 1e9>
    ampa_decay = 5 (ms) <1e-9, 1e9>
    nmda_rise = 3 (ms) <1e-9, 1e9>
    nmda_decay = 70 (ms) <1e-9, 1e9>
    ratio = 2.7 <0, 1e6>
    e = 0 (mV)
    mg = 1 (mM) <0, 1e3>
    eta = 0.28011204481792717 (/mM)
    v0 = 16.129032258064516 (mV)
}

STATE {
    a1 (uS)
    b1 (uS)
    a2 (uS)
    b2 (uS)
}

ASSIGNED {
    v (mV)
    i (nA)
    i_ampa (nA)
    i_nmda (nA)
    g_ampa (uS)
    g_nmda (uS)
    norm1
    norm2
}

BREAKPOINT {
    SOLVE state METHOD cnexp
    g_ampa = b1 - a1
    g_nmda = (b2 - a2)/(1 + eta*mg*exp(-v/v0))
    i_ampa = g_ampa*(v - e)
    i_nmda = g_nmda*(v - e)
    i = i_ampa + i_nmda
}

INITIAL {
    a1 = 0
    b1 = 0
    a2 = 0
    b2 = 0
    norm1 = norm(ampa_rise, ampa_decay)
    norm2 = norm(nmda_rise, nmda_decay)
}

DERIVATIVE state {
    a1' = -a1/ampa_rise
    b1' = -b1/ampa_decay
    a2' = -a2/nmda_rise
    b2' = -b2/nmda_decay
}

FUNCTION norm(rise (ms), decay (ms)) {
    LOCAL peak
    peak = rise*decay/(decay - rise)*log(decay/rise)
    norm = 1/(exp(-peak/decay) - exp(-peak/rise))
}

NET_RECEIVE(weight (uS)) {
    a1 = a1 + weight*norm1
    b1 = b1 + weight*norm1
    a2 = a2 + weight*ratio*norm2
    b2 = b2 + weight*ratio*norm2
}
