TITLE A-type potassium current of distal apical dendrites

COMMENT
Migliore M, Hoffman DA, Magee JC, Johnston D (1999) J Comput Neurosci 7:5-15,
doi:10.1023/A:1008906225285. Activation rate at 24 degC, Q10 5.
ENDCOMMENT

NEURON {
    SUFFIX kad
    USEION k READ ek WRITE ik
    RANGE gbar
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
    FARADAY = (faraday) (coulomb)
    R = (k-mole) (joule/degC)
}

PARAMETER {
    gbar = 0.008 (S/cm2) <0, 1e9>
    vhalfn = -1 (mV)
    zetan = -1.8
    gmn = 0.39
    a0n = 0.1 (/ms)
    vhalfl = -56 (mV)
    zetal = 3
    nmin = 0.1 (ms)
    q10 = 5
}

STATE { n l }

ASSIGNED {
    v (mV)
    celsius (degC)
    ek (mV)
    ik (mA/cm2)
    ninf
    linf
    taun (ms)
    taul (ms)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ik = gbar*n*l*(v - ek)
}

INITIAL {
    rates(v)
    n = ninf
    l = linf
}

DERIVATIVE states {
    rates(v)
    n' = (ninf - n)/taun
    l' = (linf - l)/taul
}

PROCEDURE rates(v (mV)) {
    LOCAL c, phi, zeta, a
    c = (1e-3)*FARADAY/(R*(celsius + 273.15 (degC)))
    phi = q10^((celsius - 24 (degC))/10 (degC))
    zeta = zetan - 1/(1 + exp((v + 40 (mV))/5 (mV)))
    a = exp(zeta*c*(v - vhalfn))
    ninf = 1/(1 + a)
    taun = exp(gmn*zeta*c*(v - vhalfn))/(phi*a0n*(1 + a))
    if (taun < nmin) {
        taun = nmin
    }
    linf = 1/(1 + exp(zetal*c*(v - vhalfl)))
    taul = 0.26 (ms/mV)*(v + 50 (mV))
    if (taul < 2 (ms)) {
        taul = 2 (ms)
    }
}
