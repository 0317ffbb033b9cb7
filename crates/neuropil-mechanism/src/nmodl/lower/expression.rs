//! Expressions to values.

use super::state::{Execution, Local, Lowered, Slot};
use super::symbols::Symbol;
use crate::ir::{Binary, Input, Node, Unary, Value};
use crate::nmodl::ast::{Expr, ExprKind, Operator, Span};

/// How to make the slot of an element, the first, and how many.
type Elements = (fn(usize) -> Slot, usize, usize);

impl Execution<'_> {
    /// The value of an expression.
    pub(crate) fn value(&mut self, expr: &Expr) -> Lowered<Value> {
        match &expr.kind {
            ExprKind::Number(x, _) => Ok(self.graph.constant(*x)),
            ExprKind::Factor(inner) => self.value(inner),
            ExprKind::Name(name) => self.named(name, expr.span),
            ExprKind::Index(name, index) => {
                let index = self.value(index)?;
                self.element(name, index, expr.span)
            }
            ExprKind::Call(name, arguments) => self.call(name, arguments, expr.span),
            ExprKind::Negate(inner) => {
                let inner = self.value(inner)?;
                Ok(self.graph.neg(inner))
            }
            ExprKind::Not(inner) => {
                let inner = self.value(inner)?;
                Ok(self.graph.unary(Unary::Not, inner))
            }
            ExprKind::Binary(operator, left, right) => {
                let left = self.value(left)?;
                let right = self.value(right)?;
                Ok(self.operator(*operator, left, right))
            }
            ExprKind::Text => {
                Err(self.report.error(expr.span, "a text is not a number", "remove it"))
            }
        }
    }

    fn operator(&mut self, operator: Operator, left: Value, right: Value) -> Value {
        let g = &mut self.graph;
        match operator {
            Operator::Add => g.add(left, right),
            Operator::Sub => g.sub(left, right),
            Operator::Mul => g.mul(left, right),
            Operator::Div => g.div(left, right),
            Operator::Rem => g.binary(Binary::Rem, left, right),
            Operator::Pow => g.pow(left, right),
            Operator::Less => g.binary(Binary::Less, left, right),
            Operator::LessEqual => g.binary(Binary::LessEqual, left, right),
            Operator::Greater => g.binary(Binary::Less, right, left),
            Operator::GreaterEqual => g.binary(Binary::LessEqual, right, left),
            Operator::Equal => g.binary(Binary::Equal, left, right),
            Operator::NotEqual => {
                let equal = g.binary(Binary::Equal, left, right);
                g.unary(Unary::Not, equal)
            }
            Operator::And => g.binary(Binary::And, left, right),
            Operator::Or => g.binary(Binary::Or, left, right),
        }
    }

    fn named(&mut self, name: &str, span: Span) -> Lowered<Value> {
        match self.local(name) {
            Some(Local::Scalar(k)) => return Ok(self.read(Slot::Local(k))),
            Some(Local::Argument(k)) => return Ok(self.read(Slot::Argument(k))),
            Some(Local::Flag) => return Ok(self.graph.input(Input::Flag)),
            Some(Local::Array(..)) => return Err(self.needs_index(name, span)),
            None => {}
        }
        match self.symbol(name, span)? {
            Symbol::Constant(x) => Ok(self.graph.constant(x)),
            Symbol::Variable(k) => Ok(self.read(Slot::Variable(k))),
            Symbol::Ion(k, quantity) => Ok(self.read(Slot::Ion(k, quantity))),
            Symbol::Provided(input) => Ok(self.read(Slot::Provided(input))),
            Symbol::Array(first, _) => {
                // NMODL allows the bare name for the first element
                self.report.warning(
                    span,
                    format!("array \"{name}\" without an index"),
                    "[0] is used",
                );
                Ok(self.read(Slot::Variable(first)))
            }
        }
    }

    fn needs_index(&mut self, name: &str, span: Span) -> super::super::report::Refused {
        self.report.error(span, format!("array \"{name}\" needs an index"), "write the index")
    }

    /// First slot and length of an array.
    fn array(&mut self, name: &str, span: Span) -> Lowered<Elements> {
        if let Some(Local::Array(first, n)) = self.local(name) {
            return Ok((Slot::Local, first, n));
        }
        match self.symbol(name, span)? {
            Symbol::Array(first, n) => Ok((Slot::Variable, first, n)),
            _ => Err(self.report.error(span, format!("\"{name}\" is not an array"), "")),
        }
    }

    fn element(&mut self, name: &str, index: Value, span: Span) -> Lowered<Value> {
        let (slot, first, n) = self.array(name, span)?;
        if let Some(k) = self.graph.constant_of(index) {
            let k = self.bounded(name, k, n, span)?;
            return Ok(self.read(slot(first + k)));
        }
        let mut found = self.read(slot(first));
        for k in 1..n {
            let (here, at) = (self.read(slot(first + k)), self.graph.constant(k as f64));
            let hit = self.graph.binary(Binary::Equal, index, at);
            found = self.graph.select(hit, here, found);
        }
        Ok(found)
    }

    fn bounded(&mut self, name: &str, index: f64, n: usize, span: Span) -> Lowered<usize> {
        if index >= 0.0 && index < n as f64 {
            return Ok(index as usize);
        }
        let message = format!("index {index} of \"{name}\", which has {n} elements");
        Err(self.report.error(span, message, "indices start at 0"))
    }

    /// The slots that an assignment to `name[index]` writes, with the condition for each.
    pub(crate) fn targets(
        &mut self,
        name: &str,
        index: Option<Value>,
        span: Span,
    ) -> Lowered<Vec<(Slot, Option<Value>)>> {
        if let Some(index) = index {
            let (slot, first, n) = self.array(name, span)?;
            if let Some(k) = self.graph.constant_of(index) {
                return Ok(vec![(slot(first + self.bounded(name, k, n, span)?), None)]);
            }
            let mut all = Vec::new();
            for k in 0..n {
                let at = self.graph.constant(k as f64);
                all.push((slot(first + k), Some(self.graph.binary(Binary::Equal, index, at))));
            }
            return Ok(all);
        }
        let slot = match self.local(name) {
            Some(Local::Scalar(k)) => Slot::Local(k),
            Some(Local::Argument(k)) => Slot::Argument(k),
            Some(Local::Flag) => {
                return Err(self.report.error(span, "flag cannot be assigned", ""));
            }
            Some(Local::Array(..)) => return Err(self.needs_index(name, span)),
            None => match self.symbol(name, span)? {
                Symbol::Variable(k) => Slot::Variable(k),
                Symbol::Ion(k, quantity) => Slot::Ion(k, quantity),
                Symbol::Array(..) => return Err(self.needs_index(name, span)),
                Symbol::Constant(_) => {
                    let message = format!("constant \"{name}\" is assigned");
                    return Err(self.report.error(span, message, "declare it in ASSIGNED"));
                }
                Symbol::Provided(input) => {
                    let message = format!("\"{name}\" is provided by the simulator");
                    let help = "only this block sees the new value";
                    self.report.warning(span, message, help);
                    Slot::Provided(input)
                }
            },
        };
        self.check_writable(slot, span)?;
        Ok(vec![(slot, None)])
    }

    /// A number known at compile time.
    pub(crate) fn constant(&mut self, expr: &Expr, what: &str) -> Lowered<f64> {
        let value = self.value(expr)?;
        match self.graph.node(value) {
            Node::Constant(bits) => Ok(f64::from_bits(bits)),
            _ => Err(self.report.error(
                expr.span,
                format!("{what} is not a number known when the file is compiled"),
                "use a number, a CONSTANT or a DEFINEd name",
            )),
        }
    }
}
