TITLE Low-threshold calcium current with the flux equation of Goldman, Hodgkin and Katz

COMMENT
Huguenard JR, McCormick DA (1992) J Neurophysiol 68:1373-1383, doi:10.1152/jn.1992.68.4.1373.
Permeability: Destexhe A, Neubig M, Ulrich D, Huguenard J (1998) J Neurosci 18:3574-3588,
doi:10.1523/JNEUROSCI.18-10-03574.1998.
ENDCOMMENT

NEURON {
    SUFFIX ca_t_ghk
    USEION ca READ cai, cao WRITE ica VALENCE 2
    RANGE pbar, shift
    GLOBAL qm, qh
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (mM) = (milli/liter)
}

PARAMETER {
    pbar = 2e-4 (cm/s) <0, 1e9> : maximal permeability
    shift = 2 (mV)              : screening of surface charge
    qm = 3.55 <1e-9, 1e9>       : rise of the rates with 10 degC, activation
    qh = 3 <1e-9, 1e9>          : and inactivation
}

STATE { m h }

ASSIGNED {
    v (mV)
    celsius (degC)
    cai (mM)
    cao (mM)
    ica (mA/cm2)
    minf
    hinf
    mtau (ms)
    htau (ms)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ica = pbar*m*m*h*ghk(v, cai, cao, 2)
}

INITIAL {
    rates(v + shift)
    m = minf
    h = hinf
}

DERIVATIVE states {
    rates(v + shift)
    m' = (minf - m)/mtau
    h' = (hinf - h)/htau
}

PROCEDURE rates(u (mV)) {
    LOCAL fm, fh
    fm = qm^((celsius - 24 (degC))/10 (degC))
    fh = qh^((celsius - 24 (degC))/10 (degC))
    minf = 1/(1 + exp(-(u + 57 (mV))/6.2 (mV)))
    hinf = 1/(1 + exp((u + 81 (mV))/4 (mV)))
    mtau = (0.612 (ms) + 1 (ms)/(exp(-(u + 132 (mV))/16.7 (mV)) + exp((u + 16.8 (mV))/18.2 (mV))))/fm
    if (u < -80 (mV)) {
        htau = 1 (ms)*exp((u + 467 (mV))/66.6 (mV))/fh
    } else {
        htau = (28 (ms) + 1 (ms)*exp(-(u + 22 (mV))/10.5 (mV)))/fh
    }
}
