NEURON { SUFFIX odd_ion USEION zz READ ezz, zzi WRITE izz RANGE g }
PARAMETER { g = 1e-4 (S/cm2) <0, 1e9> }
ASSIGNED { v (mV) ezz (mV) zzi (mM) izz (mA/cm2) }
BREAKPOINT { izz = g*(v - ezz)*zzi }
