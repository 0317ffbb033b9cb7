: Injects a current that follows a variable it is pointed to, and says what it read.
NEURON { POINT_PROCESS follows POINTER x NONSPECIFIC_CURRENT i RANGE g, seen }
PARAMETER { g = 0 (uS) <0, 1e9> }
ASSIGNED { v (mV) x i (nA) seen }
BREAKPOINT {
  seen = x
  i = g*(v - x)
}
