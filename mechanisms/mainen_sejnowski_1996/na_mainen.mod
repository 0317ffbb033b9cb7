TITLE Fast sodium current

COMMENT
Mainen ZF, Sejnowski TJ (1996) Nature 382:363-366, doi:10.1038/382363a0. Rates at 23 degC, Q10 2.3,
which scales the conductance as well.
ENDCOMMENT

NEURON {
    SUFFIX na_mainen
    USEION na READ ena WRITE ina
    RANGE gbar, vshift
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.1 (S/cm2) <0, 1e9>
    vshift = -10 (mV)
    q10 = 2.3
}

STATE { m h }

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ina (mA/cm2)
    phi
    minf
    hinf
    taum (ms)
    tauh (ms)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    phi = q10^((celsius - 23 (degC))/10 (degC))
    ina = phi*gbar*m^3*h*(v - ena)
}

INITIAL {
    rates(v + vshift)
    m = minf
    h = hinf
}

DERIVATIVE states {
    rates(v + vshift)
    m' = (minf - m)/taum
    h' = (hinf - h)/tauh
}

: rate a*q of a gate that opens beyond th; finite at th
FUNCTION trap(u (mV), th (mV), a (/ms/mV), q (mV)) (/ms) {
    trap = a*(u - th)/(1 - exp(-(u - th)/q))
}

PROCEDURE rates(u (mV)) {
    LOCAL a, b
    phi = q10^((celsius - 23 (degC))/10 (degC))
    a = trap(u, -35 (mV), 0.182 (/ms/mV), 9 (mV))
    b = trap(-u, 35 (mV), 0.124 (/ms/mV), 9 (mV))
    minf = a/(a + b)
    taum = 1/(phi*(a + b))
    a = trap(u, -50 (mV), 0.024 (/ms/mV), 5 (mV))
    b = trap(-u, 75 (mV), 0.0091 (/ms/mV), 5 (mV))
    hinf = 1/(1 + exp((u + 65 (mV))/6.2 (mV)))
    tauh = 1/(phi*(a + b))
}
