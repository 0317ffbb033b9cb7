TITLE Calcium-dependent potassium current

COMMENT
Mainen ZF, Sejnowski TJ (1996) Nature 382:363-366, doi:10.1038/382363a0. Rates at 23 degC, Q10 2.3,
which scales the conductance as well.
ENDCOMMENT

NEURON {
    SUFFIX kca_mainen
    USEION k READ ek WRITE ik
    USEION ca READ cai
    RANGE gbar
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
    (mM) = (milli/liter)
}

PARAMETER {
    gbar = 0.0003 (S/cm2) <0, 1e9>
    ra = 0.01 (/ms)  : opening rate at 1 uM
    rb = 0.02 (/ms)  : closing rate
    caix = 1         : power of the concentration
    q10 = 2.3
}

STATE { n }

ASSIGNED {
    v (mV)
    celsius (degC)
    cai (mM)
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
    rates(cai)
    n = a/(a + b)
}

DERIVATIVE states {
    rates(cai)
    n' = a*(1 - n) - b*n
}

PROCEDURE rates(cai (mM)) {
    phi = q10^((celsius - 23 (degC))/10 (degC))
    a = phi*ra*(cai/0.001 (mM))^caix
    b = phi*rb
}
