TITLE Low-threshold calcium current

COMMENT
Destexhe A, Contreras D, Steriade M, Sejnowski TJ, Huguenard JR (1996) J Neurosci 16:169-185,
doi:10.1523/JNEUROSCI.16-01-00169.1996 (kinetics of Huguenard and Prince 1992 at 24 degC). The slope
of the activation time constant is a parameter: 20 mV here, 10 mV in the thalamic original.
ENDCOMMENT

NEURON {
    SUFFIX ca_t
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
    slope_taum = 20 (mV)
    q10 = 2.5
}

STATE { m h }

ASSIGNED {
    v (mV)
    celsius (degC)
    eca (mV)
    ica (mA/cm2)
    minf
    hinf
    taum (ms)
    tauh (ms)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ica = gbar*m^2*h*(v - eca)
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
    phi = q10^((celsius - 24 (degC))/10 (degC))
    minf = 1/(1 + exp(-(v + 50 (mV))/7.4 (mV)))
    hinf = 1/(1 + exp((v + 78 (mV))/5 (mV)))
    taum = (3 (ms) + 1 (ms)/(exp((v + 25 (mV))/slope_taum) + exp(-(v + 100 (mV))/15 (mV))))/phi
    tauh = (85 (ms) + 1 (ms)/(exp((v + 46 (mV))/4 (mV)) + exp(-(v + 405 (mV))/50 (mV))))/phi
}
