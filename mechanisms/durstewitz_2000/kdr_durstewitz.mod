TITLE Delayed-rectifier potassium current of prefrontal pyramidal cells

COMMENT
Durstewitz D, Seamans JK, Sejnowski TJ (2000) J Neurophysiol 83:1733-1750,
doi:10.1152/jn.2000.83.3.1733.
ENDCOMMENT

NEURON {
    SUFFIX kdr_durstewitz
    USEION k READ ek WRITE ik
    RANGE gbar
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.05 (S/cm2) <0, 1e9>
}

STATE { n }

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
    a (/ms)
    b (/ms)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ik = gbar*n^4*(v - ek)
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
    a = -0.018 (/ms/mV)*(v - 13 (mV))/(exp(-(v - 13 (mV))/25 (mV)) - 1)
    b = 0.0054 (/ms/mV)*(v - 23 (mV))/(exp((v - 23 (mV))/12 (mV)) - 1)
}
