TITLE Fast sodium channel in the manner of Hodgkin and Huxley

COMMENT
A file of one's own: any name that is not in the catalogue, any equations. Two gates with Boltzmann steady states
and bell-shaped time constants, in the range of neocortical sodium channels at 23 degC; Q10 of 2.3.
ENDCOMMENT

NEURON {
    SUFFIX sodium
    USEION na READ ena WRITE ina
    RANGE gbar, g
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.05 (S/cm2) <0, 1e9>
    vm = -35 (mV)
    km = 7 (mV)
    vh = -62 (mV)
    kh = 6.5 (mV)
    q10 = 2.3
}

STATE { m h }

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ina (mA/cm2)
    g (S/cm2)
    minf
    hinf
    taum (ms)
    tauh (ms)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    g = gbar*m^3*h
    ina = g*(v - ena)
}

INITIAL {
    rates(v)
    m = minf
    h = hinf
}

DERIVATIVE states {
    rates(v)
    m' = (minf - m)/taum
    h' = (hinf - h)/tauh
}

PROCEDURE rates(v (mV)) {
    LOCAL phi
    phi = q10^((celsius - 23 (degC))/10 (degC))
    minf = 1/(1 + exp(-(v - vm)/km))
    hinf = 1/(1 + exp((v - vh)/kh))
    taum = (0.05 (ms) + 0.35 (ms)/(exp((v + 40 (mV))/20 (mV)) + exp(-(v + 40 (mV))/18 (mV))))/phi
    tauh = (0.3 (ms) + 12 (ms)/(exp((v + 60 (mV))/12 (mV)) + exp(-(v + 60 (mV))/15 (mV))))/phi
}
