TITLE Calcium in a shell below the membrane

COMMENT
Destexhe A, Babloyantz A, Sejnowski TJ (1993) Biophys J 65:1538-1552,
doi:10.1016/S0006-3495(93)81190-1. Inflow from the membrane current, first-order removal.
ENDCOMMENT

NEURON {
    SUFFIX ca_shell
    USEION ca READ ica, cai WRITE cai VALENCE 2
    RANGE depth, taur, cainf
}

UNITS {
    (mA) = (milliamp)
    (um) = (micron)
    (mM) = (milli/liter)
    FARADAY = (faraday) (coulomb)
}

PARAMETER {
    depth = 0.1 (um) <1e-6, 1e6> : thickness of the shell
    taur = 200 (ms) <1e-6, 1e9>  : time constant of removal
    cainf = 0.0001 (mM) <0, 1e3> : concentration at rest
}

STATE { cai (mM) }

ASSIGNED {
    ica (mA/cm2)
    drive (mM/ms)
}

BREAKPOINT {
    SOLVE state METHOD cnexp
}

INITIAL {
    cai = cainf
}

DERIVATIVE state {
    drive = -(10000)*ica/(2*FARADAY*depth)
    if (drive < 0) {
        drive = 0 : an outward current does not pump calcium out
    }
    cai' = drive + (cainf - cai)/taur
}
