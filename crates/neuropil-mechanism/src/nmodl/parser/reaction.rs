//! Statements of `KINETIC` and `LINEAR` blocks.

use super::{Parsed, Parser};
use crate::nmodl::ast::{Expr, ExprKind, Name, Species, StmtKind};
use crate::nmodl::lexer::TokenKind;

impl Parser<'_> {
    /// What follows `~`: a reaction, a flux, or an equation.
    pub(super) fn reaction(&mut self) -> Parsed<StmtKind> {
        let start = self.at;
        if let Some(left) = self.try_species() {
            if self.take_symbol("<->") {
                let right = self.species()?;
                let (forward, backward) = self.rates()?;
                let Some(backward) = backward else {
                    return Err(self.unexpected("a backward rate"));
                };
                return Ok(StmtKind::Reaction { left, right, forward, backward: Some(backward) });
            }
            if self.take_symbol("->") {
                let right = if self.is_symbol("(") { Species::new() } else { self.species()? };
                let (forward, _) = self.rates()?;
                return Ok(StmtKind::Reaction { left, right, forward, backward: None });
            }
            if left.len() == 1 && self.take_symbol("<<") {
                let (flux, _) = self.rates()?;
                let mut left = left;
                let Some((_, place)) = left.pop() else {
                    return Err(self.unexpected("a species"));
                };
                return Ok(StmtKind::Flux(place, flux));
            }
        }
        self.at = start;
        let left = self.expression()?;
        self.symbol("=")?;
        Ok(StmtKind::Equation(left, self.expression()?))
    }

    fn rates(&mut self) -> Parsed<(Expr, Option<Expr>)> {
        self.symbol("(")?;
        let forward = self.expression()?;
        let backward = if self.take_symbol(",") { Some(self.expression()?) } else { None };
        self.symbol(")")?;
        Ok((forward, backward))
    }

    fn species(&mut self) -> Parsed<Species> {
        let mut all = Species::new();
        loop {
            let number = match self.peek() {
                TokenKind::Number(x, _) => {
                    let x = *x;
                    self.at += 1;
                    x
                }
                _ => 1.0,
            };
            all.push((number, self.place()?));
            if !self.take_symbol("+") {
                return Ok(all);
            }
        }
    }

    /// Species if they are followed by an arrow; the position is kept otherwise.
    fn try_species(&mut self) -> Option<Species> {
        let (start, findings) = (self.at, self.report.found.len());
        let found = self.species();
        let arrow = ["<->", "->", "<<"].iter().any(|s| self.is_symbol(s));
        if let (Ok(species), true) = (found, arrow) {
            return Some(species);
        }
        self.report.found.truncate(findings);
        self.at = start;
        None
    }

    pub(super) fn conserve(&mut self) -> Parsed<StmtKind> {
        let species = self.species()?;
        self.symbol("=")?;
        Ok(StmtKind::Conserve(species, self.expression()?))
    }

    pub(super) fn compartment(&mut self) -> Parsed<StmtKind> {
        let (index, volume, species) = self.per_species()?;
        Ok(StmtKind::Compartment { index, volume, species })
    }

    /// `LONGITUDINAL_DIFFUSION [index,] coefficient { species }`
    pub(super) fn diffusion(&mut self) -> Parsed<StmtKind> {
        let (index, coefficient, species) = self.per_species()?;
        Ok(StmtKind::Diffusion { index, coefficient, species })
    }

    /// `[index,] expression { species }`
    fn per_species(&mut self) -> Parsed<(Option<Name>, Expr, Vec<Name>)> {
        let mut index = None;
        let mut volume = self.expression()?;
        if let ExprKind::Name(name) = &volume.kind
            && self.take_symbol(",")
        {
            index = Some(Name { text: name.clone(), span: volume.span });
            volume = self.expression()?;
        }
        Ok((index, volume, self.body_of_names()?))
    }

    /// `{ a b c }`
    pub(super) fn body_of_names(&mut self) -> Parsed<Vec<Name>> {
        self.symbol("{")?;
        let mut all = Vec::new();
        while !self.take_symbol("}") {
            all.push(self.name()?);
            if self.take_symbol("[") {
                self.expression()?;
                self.symbol("]")?;
            }
            self.take_symbol(",");
        }
        Ok(all)
    }
}
