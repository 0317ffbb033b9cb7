TITLE Sodium channel of the squid giant axon as a scheme of eight states

COMMENT
Hodgkin AL, Huxley AF (1952) J Physiol 117:500-544, doi:10.1113/jphysiol.1952.sp004764.
Three equal activation gates and one inactivation gate, written as transitions between the states
of the channel: mihj has i activation gates and j inactivation gates open. The same equations as
the sodium current of hh, and a pattern for schemes whose gates are not independent.
ENDCOMMENT

NEURON {
    SUFFIX na_markov
    USEION na READ ena WRITE ina
    RANGE gbar, g
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.12 (S/cm2) <0, 1e9> : conductance with all channels open
}

STATE { m0h0 m1h0 m2h0 m3h0 m0h1 m1h1 m2h1 m3h1 }

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ina (mA/cm2)
    g (S/cm2)
    am (/ms)
    bm (/ms)
    ah (/ms)
    bh (/ms)
}

BREAKPOINT {
    SOLVE gating METHOD sparse
    g = gbar*m3h1
    ina = g*(v - ena)
}

INITIAL {
    LOCAL m, h
    rates(v)
    m = am/(am + bm)
    h = ah/(ah + bh)
    m0h0 = (1 - m)^3*(1 - h)
    m1h0 = 3*m*(1 - m)^2*(1 - h)
    m2h0 = 3*m^2*(1 - m)*(1 - h)
    m3h0 = m^3*(1 - h)
    m0h1 = (1 - m)^3*h
    m1h1 = 3*m*(1 - m)^2*h
    m2h1 = 3*m^2*(1 - m)*h
    m3h1 = m^3*h
}

KINETIC gating {
    rates(v)
    ~ m0h0 <-> m1h0 (3*am, bm)
    ~ m1h0 <-> m2h0 (2*am, 2*bm)
    ~ m2h0 <-> m3h0 (am, 3*bm)
    ~ m0h1 <-> m1h1 (3*am, bm)
    ~ m1h1 <-> m2h1 (2*am, 2*bm)
    ~ m2h1 <-> m3h1 (am, 3*bm)
    ~ m0h0 <-> m0h1 (ah, bh)
    ~ m1h0 <-> m1h1 (ah, bh)
    ~ m2h0 <-> m2h1 (ah, bh)
    ~ m3h0 <-> m3h1 (ah, bh)
    CONSERVE m0h0 + m1h0 + m2h0 + m3h0 + m0h1 + m1h1 + m2h1 + m3h1 = 1
}

PROCEDURE rates(v (mV)) {
    LOCAL q10
    q10 = 3^((celsius - 6.3 (degC))/10 (degC))
    am = q10*0.1 (/ms/mV)*(v + 40 (mV))/(1 - exp(-(v + 40 (mV))/10 (mV)))
    bm = q10*4 (/ms)*exp(-(v + 65 (mV))/18 (mV))
    ah = q10*0.07 (/ms)*exp(-(v + 65 (mV))/20 (mV))
    bh = q10*1 (/ms)/(1 + exp(-(v + 35 (mV))/10 (mV)))
}
