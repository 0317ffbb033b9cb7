TITLE Fast sodium and potassium currents of cortical and hippocampal neurons

COMMENT
Traub RD, Miles R (1991) Neuronal Networks of the Hippocampus, Cambridge University Press,
doi:10.1017/CBO9780511895401. Voltages are relative to a threshold vt; rates at 36 degC, Q10 3.
ENDCOMMENT

NEURON {
    SUFFIX traub_miles
    USEION na READ ena WRITE ina
    USEION k READ ek WRITE ik
    RANGE gnabar, gkbar, vt
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gnabar = 0.05 (S/cm2) <0, 1e9>
    gkbar = 0.005 (S/cm2) <0, 1e9>
    vt = -52 (mV) : shifts all rates
    q10 = 3
}

STATE { m h n }

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ek (mV)
    ina (mA/cm2)
    ik (mA/cm2)
    am (/ms)
    bm (/ms)
    ah (/ms)
    bh (/ms)
    an (/ms)
    bn (/ms)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ina = gnabar*m^3*h*(v - ena)
    ik = gkbar*n^4*(v - ek)
}

INITIAL {
    rates(v - vt)
    m = am/(am + bm)
    h = ah/(ah + bh)
    n = an/(an + bn)
}

DERIVATIVE states {
    rates(v - vt)
    m' = am*(1 - m) - bm*m
    h' = ah*(1 - h) - bh*h
    n' = an*(1 - n) - bn*n
}

PROCEDURE rates(u (mV)) {
    LOCAL phi
    phi = q10^((celsius - 36 (degC))/10 (degC))
    am = phi*0.32 (/ms/mV)*(13 (mV) - u)/(exp((13 (mV) - u)/4 (mV)) - 1)
    bm = phi*0.28 (/ms/mV)*(u - 40 (mV))/(exp((u - 40 (mV))/5 (mV)) - 1)
    ah = phi*0.128 (/ms)*exp((17 (mV) - u)/18 (mV))
    bh = phi*4 (/ms)/(1 + exp((40 (mV) - u)/5 (mV)))
    an = phi*0.032 (/ms/mV)*(15 (mV) - u)/(exp((15 (mV) - u)/5 (mV)) - 1)
    bn = phi*0.5 (/ms)*exp((10 (mV) - u)/40 (mV))
}
