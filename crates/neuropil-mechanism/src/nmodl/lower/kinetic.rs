//! What the statements of `DERIVATIVE`, `KINETIC` and `LINEAR` blocks say about the unknowns.

use super::state::{Execution, Local, Lowered, Slot};
use crate::ir::Value;
use crate::nmodl::ast::{Expr, Name, Place, Span, Species};

impl Execution<'_> {
    pub(crate) fn place(&mut self, place: &Place) -> Lowered<Slot> {
        let index = place.index.as_ref().map(|i| self.value(i)).transpose()?;
        let targets = self.targets(&place.name, index, place.span)?;
        match targets[..] {
            [(slot, None)] => Ok(slot),
            _ => Err(self.report.error(
                place.span,
                "the index of a species is not known when the file is compiled",
                "use a number, a CONSTANT or a DEFINEd name",
            )),
        }
    }

    fn guarded(&mut self, value: Value, otherwise: Value) -> Value {
        match self.guard {
            Some(guard) => self.graph.select(guard, value, otherwise),
            None => value,
        }
    }

    /// `x' = value`
    pub(crate) fn prime(&mut self, place: &Place, value: Value) -> Lowered<()> {
        if place.primes > 1 {
            return Err(self.report.error(
                place.span,
                "a second derivative",
                "write it as two equations of first order",
            ));
        }
        let slot = self.place(place)?;
        let zero = self.graph.constant(0.0);
        let before = self.derivative_of(slot).unwrap_or(zero);
        let value = self.guarded(value, before);
        if let Some(collecting) = &mut self.collecting {
            collecting.derivatives.insert(slot, value);
        }
        Ok(())
    }

    fn derivative_of(&self, slot: Slot) -> Option<Value> {
        self.collecting.as_ref()?.derivatives.get(&slot).copied()
    }

    /// Adds to the derivative of a species.
    fn gain(&mut self, slot: Slot, amount: Value) {
        let zero = self.graph.constant(0.0);
        let amount = self.guarded(amount, zero);
        let volume = self.collecting.as_ref().and_then(|c| c.volumes.get(&slot)).copied();
        let amount = volume.map_or(amount, |v| self.graph.div(amount, v));
        let sum = match self.derivative_of(slot) {
            Some(before) => self.graph.add(before, amount),
            None => amount,
        };
        if let Some(collecting) = &mut self.collecting {
            collecting.derivatives.insert(slot, sum);
        }
    }

    pub(crate) fn reaction(
        &mut self,
        left: &Species,
        right: &Species,
        forward: &Expr,
        backward: Option<&Expr>,
    ) -> Lowered<()> {
        let (left, right) = (self.species(left)?, self.species(right)?);
        let forward = self.value(forward)?;
        let backward = backward.map(|b| self.value(b)).transpose()?;
        let forward = self.rate(forward, &left);
        let backward = match backward {
            Some(b) => self.rate(b, &right),
            None => self.graph.constant(0.0),
        };
        for (name, value) in [("f_flux", forward), ("b_flux", backward)] {
            if let Some(Local::Scalar(k)) = self.local(name) {
                self.write(Slot::Local(k), value);
            }
        }
        let net = self.graph.sub(forward, backward);
        for (species, sign) in [(left, -1.0), (right, 1.0)] {
            for (number, slot, is_state) in species {
                if is_state {
                    let factor = self.graph.constant(sign * number);
                    let amount = self.graph.mul(net, factor);
                    self.gain(slot, amount);
                }
            }
        }
        Ok(())
    }

    fn species(&mut self, list: &Species) -> Lowered<Vec<(f64, Slot, bool)>> {
        list.iter()
            .map(|(number, place)| {
                let is_state = self.is_state(&place.name);
                Ok((*number, self.place(place)?, is_state))
            })
            .collect()
    }

    /// Mass action: the rate times each species to the power of its number.
    fn rate(&mut self, rate: Value, species: &[(f64, Slot, bool)]) -> Value {
        let mut product = rate;
        for (number, slot, _) in species {
            let x = self.read(*slot);
            let exponent = self.graph.constant(*number);
            let power = self.graph.pow(x, exponent);
            product = self.graph.mul(product, power);
        }
        product
    }

    pub(crate) fn flux(&mut self, place: &Place, flux: &Expr) -> Lowered<()> {
        let slot = self.place(place)?;
        let amount = self.value(flux)?;
        self.gain(slot, amount);
        Ok(())
    }

    pub(crate) fn conserve(&mut self, species: &Species, total: &Expr) -> Lowered<()> {
        let mut terms = Vec::new();
        for (number, place) in species {
            terms.extend(self.all_elements(place)?.into_iter().map(|slot| (slot, *number)));
        }
        let total = self.value(total)?;
        if let Some(collecting) = &mut self.collecting {
            collecting.conserved.push((terms, total));
        }
        Ok(())
    }

    /// An array without an index stands for all its elements.
    fn all_elements(&mut self, place: &Place) -> Lowered<Vec<Slot>> {
        use super::symbols::Symbol;
        if place.index.is_none()
            && let Some(Symbol::Array(first, n)) = self.symbols.names.get(&place.name)
        {
            return Ok((*first..first + n).map(Slot::Variable).collect());
        }
        Ok(vec![self.place(place)?])
    }

    pub(crate) fn compartment(
        &mut self,
        index: Option<&Name>,
        volume: &Expr,
        species: &[Name],
        span: Span,
    ) -> Lowered<()> {
        for (slot, value) in self.per_species(index, volume, species, span)? {
            if let Some(collecting) = &mut self.collecting {
                collecting.volumes.insert(slot, value);
            }
        }
        Ok(())
    }

    /// What is said about spread along the cell is for the engine; see [`super::diffusion`].
    pub(crate) fn diffusion(
        &mut self,
        index: Option<&Name>,
        coefficient: &Expr,
        species: &[Name],
        span: Span,
    ) -> Lowered<()> {
        for (slot, value) in self.per_species(index, coefficient, species, span)? {
            if let Some(collecting) = &mut self.collecting {
                collecting.diffusion.insert(slot, (value, span));
            }
        }
        Ok(())
    }

    /// An expression for each element of each species, which may depend on the element's index.
    fn per_species(
        &mut self,
        index: Option<&Name>,
        expr: &Expr,
        species: &[Name],
        span: Span,
    ) -> Lowered<Vec<(Slot, Value)>> {
        let mut found = Vec::new();
        for name in species {
            let place = Place { name: name.text.clone(), index: None, primes: 0, span };
            for (k, slot) in self.all_elements(&place)?.into_iter().enumerate() {
                self.scopes.push(Default::default());
                if let Some(index) = index {
                    let local = self.declare(&index.text, None);
                    let at = self.graph.constant(k as f64);
                    self.write(Slot::Local(local), at);
                }
                let value = self.value(expr);
                self.scopes.pop();
                found.push((slot, value?));
            }
        }
        Ok(found)
    }

    pub(crate) fn equation(&mut self, left: &Expr, right: &Expr) -> Lowered<()> {
        let (left, right) = (self.value(left)?, self.value(right)?);
        let residual = self.graph.sub(left, right);
        if let Some(collecting) = &mut self.collecting {
            collecting.equations.push(residual);
        }
        Ok(())
    }
}
