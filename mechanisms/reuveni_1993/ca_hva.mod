TITLE High-voltage-activated calcium current

COMMENT
Reuveni I, Friedman A, Amitai Y, Gutnick MJ (1993) J Neurosci 13:4609-4621,
doi:10.1523/JNEUROSCI.13-11-04609.1993, as used by Mainen and Sejnowski (1996). Rates at 23 degC,
Q10 2.3, which scales the conductance as well.
ENDCOMMENT

NEURON {
    SUFFIX ca_hva
    USEION ca READ eca WRITE ica
    RANGE gbar
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.0001 (S/cm2) <0, 1e9>
    q10 = 2.3
}

STATE { m h }

ASSIGNED {
    v (mV)
    celsius (degC)
    eca (mV)
    ica (mA/cm2)
    phi
    am (/ms)
    bm (/ms)
    ah (/ms)
    bh (/ms)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    phi = q10^((celsius - 23 (degC))/10 (degC))
    ica = phi*gbar*m^2*h*(v - eca)
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
    phi = q10^((celsius - 23 (degC))/10 (degC))
    am = phi*0.055 (/ms/mV)*(-27 (mV) - v)/(exp((-27 (mV) - v)/3.8 (mV)) - 1)
    bm = phi*0.94 (/ms)*exp((-75 (mV) - v)/17 (mV))
    ah = phi*0.000457 (/ms)*exp((-13 (mV) - v)/50 (mV))
    bh = phi*0.0065 (/ms)/(exp((-15 (mV) - v)/28 (mV)) + 1)
}
