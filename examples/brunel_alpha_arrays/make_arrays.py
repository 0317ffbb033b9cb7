"""Draw the sources of every neuron with NumPy's legacy generator, seed 1234.

For each of the 12 500 neurons 1 000 excitatory and 250 inhibitory sources, uniformly and with
repetition. Indices count from 0 within each population, so they fit 16 bits.
"""

import numpy

N_E, N_I = 10_000, 2_500
C_E, C_I = 1_000, 250

generator = numpy.random.RandomState(1234)
excitatory = generator.randint(1, N_E + 1, (N_E + N_I, C_E)) - 1
inhibitory = generator.randint(N_E + 1, N_E + N_I + 1, (N_E + N_I, C_I)) - (N_E + 1)

numpy.save("excitatory_sources.npy", excitatory.astype(numpy.uint16))
numpy.save("inhibitory_sources.npy", inhibitory.astype(numpy.uint16))
