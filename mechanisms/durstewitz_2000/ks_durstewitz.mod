TITLE Slowly inactivating potassium current of prefrontal pyramidal cells

COMMENT
Durstewitz D, Seamans JK, Sejnowski TJ (2000) J Neurophysiol 83:1733-1750,
doi:10.1152/jn.2000.83.3.1733.
ENDCOMMENT

NEURON {
    SUFFIX ks_durstewitz
    USEION k READ ek WRITE ik
    RANGE gbar
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.00014 (S/cm2) <0, 1e9>
    taua = 10 (ms) <1e-6, 1e9>
}

STATE { a b }

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
    ainf
    binf
    taub (ms)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ik = gbar*a*b*(v - ek)
}

INITIAL {
    rates(v)
    a = ainf
    b = binf
}

DERIVATIVE states {
    rates(v)
    a' = (ainf - a)/taua
    b' = (binf - b)/taub
}

PROCEDURE rates(v (mV)) {
    ainf = 1/(1 + exp(-(v + 34 (mV))/6.5 (mV)))
    binf = 1/(1 + exp((v + 65 (mV))/6.6 (mV)))
    taub = 200 (ms) + 3200 (ms)/(1 + exp(-(v + 63.6 (mV))/4 (mV)))
}
