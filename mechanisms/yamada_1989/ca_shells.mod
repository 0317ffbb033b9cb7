TITLE Calcium in four shells, with a buffer, radial and axial diffusion

COMMENT
After Yamada WM, Koch C, Adams PR (1989) Multiple channels and calcium dynamics. In: Koch C, Segev
I (eds) Methods in Neuronal Modeling, MIT Press, pp 97-133. Shells of equal thickness; volumes and
couplings per length of cable, in units of the squared diameter.
ENDCOMMENT

NEURON {
    SUFFIX ca_shells
    USEION ca READ ica, cai WRITE cai VALENCE 2
    RANGE d, k1, k2, total, cainf
}

DEFINE N 4

UNITS {
    (mA) = (milliamp)
    (um) = (micron)
    (mM) = (milli/liter)
    FARADAY = (faraday) (coulomb)
    PI = (pi) (1)
}

PARAMETER {
    d = 0.6 (um2/ms) <0, 1e9>        : diffusion coefficient
    k1 = 100 (/mM/ms) <0, 1e9>       : binding
    k2 = 0.1 (/ms) <1e-9, 1e9>       : release
    total = 0.003 (mM) <0, 1e9>      : buffer
    cainf = 5e-5 (mM) <1e-12, 1e3>   : at the start
}

STATE {
    ca[N] (mM)
    free[N] (mM)
    bound[N] (mM)
}

ASSIGNED {
    diam (um)
    ica (mA/cm2)
    cai (mM)
    volume[N]
    face[N]
}

BREAKPOINT {
    SOLVE change METHOD sparse
}

INITIAL {
    LOCAL outer, inner
    FROM k = 0 TO N-1 {
        outer = 0.5*(N - k)/N
        inner = 0.5*(N - k - 1)/N
        volume[k] = PI*(outer*outer - inner*inner)
        face[k] = 2*PI*inner*2*N : circumference over the distance of the middles
        ca[k] = cainf
        free[k] = total*k2/(k2 + k1*cainf)
        bound[k] = total - free[k]
    }
    cai = ca[0]
}

KINETIC change {
    COMPARTMENT k, diam*diam*volume[k] { ca free bound }
    LONGITUDINAL_DIFFUSION k, d*diam*diam*volume[k] { ca }
    ~ ca[0] << (-(10000)*ica*PI*diam/(2*FARADAY))
    FROM k = 0 TO N-2 {
        ~ ca[k] <-> ca[k+1] (d*face[k], d*face[k])
    }
    FROM k = 0 TO N-1 {
        ~ ca[k] + free[k] <-> bound[k] (k1*diam*diam*volume[k], k2*diam*diam*volume[k])
    }
    cai = ca[0]
}
