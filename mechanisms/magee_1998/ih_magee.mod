TITLE Hyperpolarisation-activated current of hippocampal dendrites

COMMENT
Magee JC (1998) J Neurosci 18:7613-7624, doi:10.1523/JNEUROSCI.18-19-07613.1998.
Rates at 33 degC, Q10 4.5.
ENDCOMMENT

NEURON {
    SUFFIX ih_magee
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
    e = 0 (mV)
    vhalf = -75 (mV)
    zeta = 2.2
    gamma = 0.4
    rate = 0.011 (/ms)
    q10 = 4.5
}

STATE { l }

ASSIGNED {
    v (mV)
    celsius (degC)
    i (mA/cm2)
    linf
    tau (ms)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    i = gbar*l*(v - e)
}

INITIAL {
    rates(v)
    l = linf
}

DERIVATIVE states {
    rates(v)
    l' = (linf - l)/tau
}

PROCEDURE rates(v (mV)) {
    LOCAL phi, a
    phi = q10^((celsius - 33 (degC))/10 (degC))
    a = exp(0.0378 (/mV)*zeta*(v - vhalf))
    linf = 1/(1 + a)
    tau = exp(0.0378 (/mV)*zeta*gamma*(v - vhalf))/(phi*rate*(1 + a))
}
