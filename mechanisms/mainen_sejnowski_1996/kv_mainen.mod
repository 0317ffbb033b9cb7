TITLE Delayed potassium current

COMMENT
Mainen ZF, Sejnowski TJ (1996) Nature 382:363-366, doi:10.1038/382363a0. Rates at 23 degC, Q10 2.3,
which scales the conductance as well.
ENDCOMMENT

NEURON {
    SUFFIX kv_mainen
    USEION k READ ek WRITE ik
    RANGE gbar
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.01 (S/cm2) <0, 1e9>
    q10 = 2.3
}

STATE { n }

ASSIGNED {
    v (mV)
    celsius (degC)
    ek (mV)
    ik (mA/cm2)
    phi
    a (/ms)
    b (/ms)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    phi = q10^((celsius - 23 (degC))/10 (degC))
    ik = phi*gbar*n*(v - ek)
}

INITIAL {
    rates(v)
    n = a/(a + b)
}

DERIVATIVE states {
    rates(v)
    n' = a*(1 - n) - b*n
}

PROCEDURE rates(v (mV)) {
    phi = q10^((celsius - 23 (degC))/10 (degC))
    a = phi*0.02 (/ms/mV)*(v - 25 (mV))/(1 - exp(-(v - 25 (mV))/9 (mV)))
    b = -phi*0.002 (/ms/mV)*(v - 25 (mV))/(1 - exp((v - 25 (mV))/9 (mV)))
}
