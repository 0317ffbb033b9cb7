TITLE Sodium, potassium and leak currents of the squid giant axon

COMMENT
Hodgkin AL, Huxley AF (1952) J Physiol 117:500-544, doi:10.1113/jphysiol.1952.sp004764.
Rates in today's sign convention with rest at -65 mV; they were measured at 6.3 degC and are
scaled to other temperatures with a Q10 of 3.
ENDCOMMENT

NEURON {
    SUFFIX hh
    USEION na READ ena WRITE ina
    USEION k READ ek WRITE ik
    NONSPECIFIC_CURRENT il
    RANGE gnabar, gkbar, gl, el, gna, gk
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gnabar = 0.12 (S/cm2) <0, 1e9> : maximal sodium conductance
    gkbar = 0.036 (S/cm2) <0, 1e9> : maximal potassium conductance
    gl = 0.0003 (S/cm2) <0, 1e9>   : leak conductance
    el = -54.3 (mV)                : leak reversal potential
}

STATE { m h n }

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ek (mV)
    ina (mA/cm2)
    ik (mA/cm2)
    il (mA/cm2)
    gna (S/cm2)
    gk (S/cm2)
    minf
    hinf
    ninf
    mtau (ms)
    htau (ms)
    ntau (ms)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    gna = gnabar*m^3*h
    gk = gkbar*n^4
    ina = gna*(v - ena)
    ik = gk*(v - ek)
    il = gl*(v - el)
}

INITIAL {
    rates(v)
    m = minf
    h = hinf
    n = ninf
}

DERIVATIVE states {
    rates(v)
    m' = (minf - m)/mtau
    h' = (hinf - h)/htau
    n' = (ninf - n)/ntau
}

PROCEDURE rates(v (mV)) {
    LOCAL alpha, beta, q10
    q10 = 3^((celsius - 6.3 (degC))/10 (degC))

    alpha = 0.1 (/ms/mV)*(v + 40 (mV))/(1 - exp(-(v + 40 (mV))/10 (mV)))
    beta = 4 (/ms)*exp(-(v + 65 (mV))/18 (mV))
    minf = alpha/(alpha + beta)
    mtau = 1/(q10*(alpha + beta))

    alpha = 0.07 (/ms)*exp(-(v + 65 (mV))/20 (mV))
    beta = 1 (/ms)/(1 + exp(-(v + 35 (mV))/10 (mV)))
    hinf = alpha/(alpha + beta)
    htau = 1/(q10*(alpha + beta))

    alpha = 0.01 (/ms/mV)*(v + 55 (mV))/(1 - exp(-(v + 55 (mV))/10 (mV)))
    beta = 0.125 (/ms)*exp(-(v + 65 (mV))/80 (mV))
    ninf = alpha/(alpha + beta)
    ntau = 1/(q10*(alpha + beta))
}
