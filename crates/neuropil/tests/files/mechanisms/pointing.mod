NEURON { POINT_PROCESS pointing POINTER vpre NONSPECIFIC_CURRENT i RANGE g }
PARAMETER { g = 1e-4 (uS) <0, 1e9> }
ASSIGNED { v (mV) vpre (mV) i (nA) }
BREAKPOINT { i = g*(v - vpre) }
