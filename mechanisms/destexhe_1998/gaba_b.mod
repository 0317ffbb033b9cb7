TITLE GABA-B synapse: receptor, G protein, cooperative channel

COMMENT
Destexhe A, Mainen ZF, Sejnowski TJ (1998) Kinetic models of synaptic transmission. In: Koch C,
Segev I (eds) Methods in Neuronal Modeling, 2nd ed, MIT Press. Ours differs: transmitter decays
exponentially with tauc instead of ending abruptly. A weight scales the transmitter of one event.
The G protein is counted in uM.
ENDCOMMENT

NEURON {
    POINT_PROCESS gaba_b
    NONSPECIFIC_CURRENT i
    RANGE gmax, e, g, k1, k2, k3, k4, kd, n, cmax, tauc
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
    (mM) = (milli/liter)
    (uM) = (micro/liter)
}

PARAMETER {
    gmax = 0.001 (uS) <0, 1e9>
    e = -95 (mV)
    k1 = 0.09 (/ms/mM) <0, 1e9>
    k2 = 0.0012 (/ms) <0, 1e9>
    k3 = 0.18 (uM/ms) <0, 1e9>
    k4 = 0.034 (/ms) <0, 1e9>
    kd = 100 <1e-9, 1e9>
    n = 4 <1, 20>
    cmax = 0.5 (mM) <0, 1e9>
    tauc = 0.3 (ms) <1e-9, 1e9>
}

STATE {
    c (mM)
    r
    s (uM)
}

ASSIGNED {
    v (mV)
    i (nA)
    g (uS)
}

BREAKPOINT {
    LOCAL bound
    SOLVE state METHOD cnexp
    bound = (s/1 (uM))^n
    g = gmax*bound/(bound + kd)
    i = g*(v - e)
}

INITIAL {
    c = 0
    r = 0
    s = 0
}

DERIVATIVE state {
    c' = -c/tauc
    r' = k1*c*(1 - r) - k2*r
    s' = k3*r - k4*s
}

NET_RECEIVE(weight) {
    c = c + weight*cmax
}
