//! Coefficients of many neurons, laid out so that a kernel loads those of neighbours in one go.
//!
//! A coefficient of [`TILE`] neurons in succession is one array, and all coefficients of these neurons lie
//! side by side: a loop over the neurons of a tile reads columns, as it reads those of the state.

/// Neurons in a tile.
pub(super) const TILE: usize = 64;

/// Most coefficients of a model.
pub(super) const MOST: usize = 32;

/// Coefficients that are nothing but numbers.
pub(super) trait Numbers: Copy {
    /// How many they are.
    const COUNT: usize;

    /// Hands them over, in order.
    fn write(&self, put: &mut impl FnMut(f64));

    /// The same ones again: `get(i)` is number `i`, the first of these is number `at`.
    fn read(at: usize, get: &impl Fn(usize) -> f64) -> Self;
}

impl Numbers for f64 {
    const COUNT: usize = 1;

    fn write(&self, put: &mut impl FnMut(f64)) {
        put(*self);
    }

    #[inline(always)]
    fn read(at: usize, get: &impl Fn(usize) -> f64) -> Self {
        get(at)
    }
}

impl Numbers for bool {
    const COUNT: usize = 1;

    fn write(&self, put: &mut impl FnMut(f64)) {
        put(f64::from(u8::from(*self)));
    }

    #[inline(always)]
    fn read(at: usize, get: &impl Fn(usize) -> f64) -> Self {
        get(at) != 0.0
    }
}

impl<const N: usize> Numbers for [f64; N] {
    const COUNT: usize = N;

    fn write(&self, put: &mut impl FnMut(f64)) {
        self.iter().for_each(|x| put(*x));
    }

    #[inline(always)]
    fn read(at: usize, get: &impl Fn(usize) -> f64) -> Self {
        std::array::from_fn(
            #[inline(always)]
            |i| get(at + i),
        )
    }
}

/// Declares a struct whose fields are [`Numbers`] and makes it such itself.
macro_rules! numbers {
    (
        $(#[$meta:meta])*
        $visible:vis struct $name:ident {
            $($(#[$about:meta])* $seen:vis $field:ident: $type:ty),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        $visible struct $name {
            $($(#[$about])* $seen $field: $type,)+
        }

        impl $crate::neurons::columns::Numbers for $name {
            const COUNT: usize = 0 $(+ <$type as $crate::neurons::columns::Numbers>::COUNT)+;

            fn write(&self, put: &mut impl FnMut(f64)) {
                $($crate::neurons::columns::Numbers::write(&self.$field, put);)+
            }

            #[inline(always)]
            fn read(at: usize, get: &impl Fn(usize) -> f64) -> Self {
                let next = at;
                $(
                    let $field = <$type as $crate::neurons::columns::Numbers>::read(next, get);
                    let next = next + <$type as $crate::neurons::columns::Numbers>::COUNT;
                )+
                let _ = next;
                Self { $($field),+ }
            }
        }
    };
}
pub(super) use numbers;

/// Coefficients of many neurons.
#[derive(Debug)]
pub(super) struct Tiles<C> {
    /// Tile after tile, `C::COUNT` arrays each.
    arrays: Vec<[f64; TILE]>,
    kind: std::marker::PhantomData<C>,
}

impl<C: Numbers> Tiles<C> {
    /// Of rows that are given one by one.
    pub fn new(rows: &[C]) -> Self {
        const { assert!(C::COUNT <= MOST) };
        let mut arrays = vec![[0.0; TILE]; rows.len().div_ceil(TILE) * C::COUNT];
        for (n, row) in rows.iter().enumerate() {
            let mut at = n / TILE * C::COUNT;
            row.write(&mut |x| {
                arrays[at][n % TILE] = x;
                at += 1;
            });
        }
        Self { arrays, kind: std::marker::PhantomData }
    }

    /// The tile of neurons `TILE·index..`.
    #[inline(always)]
    pub fn tile(&self, index: usize) -> &[[f64; TILE]] {
        &self.arrays[index * C::COUNT..][..C::COUNT]
    }

    /// The coefficients of one neuron.
    pub fn at(&self, neuron: usize) -> C {
        row(self.tile(neuron / TILE), neuron % TILE)
    }
}

/// The coefficients of neuron `k` of a tile.
#[inline(always)]
pub(super) fn row<C: Numbers>(tile: &[[f64; TILE]], k: usize) -> C {
    let tile = &tile[..C::COUNT];
    C::read(0, &|i: usize| tile[i][k])
}

#[cfg(test)]
mod tests {
    use super::*;

    numbers! {
        #[derive(Debug, Clone, Copy, PartialEq)]
        struct Inner {
            x: f64,
            on: bool,
        }
    }

    numbers! {
        #[derive(Debug, Clone, Copy, PartialEq)]
        struct Outer {
            a: f64,
            inner: Inner,
            pair: [f64; 2],
            z: f64,
        }
    }

    #[test]
    fn every_neuron_gets_back_its_own_coefficients() {
        assert_eq!(Outer::COUNT, 6);
        let own = |n: usize| {
            let x = n as f64;
            let inner = Inner { x: x + 0.5, on: n.is_multiple_of(3) };
            Outer { a: x, inner, pair: [-x, 2.0 * x], z: x * x }
        };
        let rows: Vec<Outer> = (0..150).map(own).collect();
        let tiles = Tiles::new(&rows);
        for (n, expected) in rows.iter().enumerate() {
            assert_eq!(tiles.at(n), *expected, "neuron {n}");
        }
    }
}
