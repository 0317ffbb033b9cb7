TITLE Hyperpolarisation-activated current of CA1 pyramidal cells

COMMENT
Poirazi P, Brannon T, Mel BW (2003) Neuron 37:977-987, doi:10.1016/S0896-6273(03)00148-X.
ENDCOMMENT

NEURON {
    SUFFIX ih_poirazi
    NONSPECIFIC_CURRENT i
    RANGE gbar, e
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.0001 (S/cm2) <0, 1e9>
    e = -10 (mV)
    vhalf = -90 (mV)
    slope = 10 (mV)
}

STATE { n }

ASSIGNED {
    v (mV)
    i (mA/cm2)
    ninf
    tau (ms)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    i = gbar*n*(v - e)
}

INITIAL {
    rates(v)
    n = ninf
}

DERIVATIVE states {
    rates(v)
    n' = (ninf - n)/tau
}

PROCEDURE rates(v (mV)) {
    ninf = 1 - 1/(1 + exp((vhalf - v)/slope))
    if (v > -10 (mV)) {
        tau = 1 (ms)
    } else {
        tau = 2 (ms)*(1/(exp(-(v + 145 (mV))/17.5 (mV)) + exp((v + 16.8 (mV))/16.5 (mV))) + 10)
    }
}
