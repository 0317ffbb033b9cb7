TITLE Fast sodium current of prefrontal pyramidal cells

COMMENT
Durstewitz D, Seamans JK, Sejnowski TJ (2000) J Neurophysiol 83:1733-1750,
doi:10.1152/jn.2000.83.3.1733.
ENDCOMMENT

NEURON {
    SUFFIX na_durstewitz
    USEION na READ ena WRITE ina
    RANGE gbar
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.117 (S/cm2) <0, 1e9>
}

STATE { m h }

ASSIGNED {
    v (mV)
    ena (mV)
    ina (mA/cm2)
    am (/ms)
    bm (/ms)
    ah (/ms)
    bh (/ms)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ina = gbar*m^3*h*(v - ena)
}

INITIAL {
    rates(v)
    m = am/(am + bm)
    h = ah/(ah + bh)
}

DERIVATIVE states {
    rates(v)
    m' = am*(1 - m) - bm*m
    h' = ah*(1 - h) - bh*h
}

PROCEDURE rates(v (mV)) {
    am = -0.2816 (/ms/mV)*(v + 28 (mV))/(exp(-(v + 28 (mV))/9.3 (mV)) - 1)
    bm = 0.2464 (/ms/mV)*(v + 1 (mV))/(exp((v + 1 (mV))/6 (mV)) - 1)
    ah = 0.098 (/ms)*exp(-(v + 43.1 (mV))/20 (mV))
    bh = 1.4 (/ms)/(1 + exp(-(v + 13.1 (mV))/10 (mV)))
}
