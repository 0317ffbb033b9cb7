//! Statements.

use super::{Parsed, Parser};
use crate::nmodl::ast::{ExprKind, Name, Place, Stmt, StmtKind};
use crate::nmodl::lexer::TokenKind;

impl Parser<'_> {
    /// `{ statements }`
    pub(super) fn body(&mut self) -> Parsed<Vec<Stmt>> {
        let open = self.symbol("{")?;
        let mut all = Vec::new();
        while !self.take_symbol("}") {
            if *self.peek() == TokenKind::End {
                return Err(self.report.error(open, "block without '}'", "close the block"));
            }
            self.statement(&mut all)?;
        }
        Ok(all)
    }

    fn statement(&mut self, into: &mut Vec<Stmt>) -> Parsed<()> {
        let start = self.span();
        let word = match self.peek().clone() {
            TokenKind::Name(word) => word,
            TokenKind::Verbatim(raw) => {
                self.at += 1;
                into.push(Stmt { kind: StmtKind::Verbatim(raw), span: start });
                return Ok(());
            }
            TokenKind::Symbol("~") => {
                self.at += 1;
                let kind = self.reaction()?;
                into.push(Stmt { kind, span: start.to(self.last_span()) });
                return Ok(());
            }
            TokenKind::Symbol("{") => {
                // a block of its own: a condition that always holds keeps its LOCALs apart
                let body = self.body()?;
                let span = start.to(self.last_span());
                into.push(Stmt { kind: StmtKind::If(Vec::new(), body), span });
                return Ok(());
            }
            _ => return Err(self.unexpected("a statement")),
        };
        let known = self.keyword(&word)?;
        let kind = match known {
            Some(Some(kind)) => kind,
            Some(None) => return Ok(()),
            None => self.assignment_or_call()?,
        };
        into.push(Stmt { kind, span: start.to(self.last_span()) });
        Ok(())
    }

    /// A statement that begins with a keyword: `None` if it does not, `Some(None)` if it means
    /// nothing here.
    fn keyword(&mut self, word: &str) -> Parsed<Option<Option<StmtKind>>> {
        let span = self.span();
        let kind = match word {
            "LOCAL" => {
                self.at += 1;
                StmtKind::Local(self.locals()?)
            }
            "if" | "IF" => {
                self.at += 1;
                self.condition()?
            }
            "FROM" => {
                self.at += 1;
                self.from()?
            }
            "WHILE" | "while" => {
                self.at += 1;
                self.symbol("(")?;
                let condition = self.expression()?;
                self.symbol(")")?;
                StmtKind::While(condition, self.body()?)
            }
            "SOLVE" => {
                self.at += 1;
                self.solve()?
            }
            "TABLE" => {
                self.at += 1;
                self.table()?
            }
            "CONSERVE" => {
                self.at += 1;
                self.conserve()?
            }
            "COMPARTMENT" => {
                self.at += 1;
                self.compartment()?
            }
            "LONGITUDINAL_DIFFUSION" => {
                self.at += 1;
                self.diffusion()?
            }
            "WATCH" => {
                self.at += 1;
                self.watch()?
            }
            "FOR_NETCONS" => {
                self.at += 1;
                self.symbol("(")?;
                let names = if self.is_symbol(")") { Vec::new() } else { self.names()? };
                self.symbol(")")?;
                StmtKind::ForNetCons(names, self.body()?)
            }
            "INITIAL" => {
                self.at += 1;
                StmtKind::Initial(self.body()?)
            }
            "CONDUCTANCE" => {
                self.at += 1;
                self.name()?;
                if self.take_word("USEION") {
                    self.name()?;
                }
                return Ok(Some(None)); // a hint; the derivative is taken symbolically
            }
            "PROTECT" => {
                self.at += 1;
                let mut inner = Vec::new();
                self.statement(&mut inner)?;
                return Ok(Some(inner.pop().map(|s| StmtKind::Protect(s.into()))));
            }
            "MUTEXLOCK" | "MUTEXUNLOCK" | "LAG" | "RESET" => {
                self.at += 1;
                if word == "LAG" || word == "RESET" {
                    return Err(self.report.error(
                        span,
                        format!("{word} is not supported"),
                        "write the computation out",
                    ));
                }
                return Ok(Some(None));
            }
            _ => return Ok(None),
        };
        Ok(Some(Some(kind)))
    }

    fn assignment_or_call(&mut self) -> Parsed<StmtKind> {
        if matches!(self.peek_at(1), TokenKind::Symbol("(")) {
            let call = self.expression()?;
            if matches!(call.kind, ExprKind::Call(..)) {
                return Ok(StmtKind::Call(call));
            }
            return Err(self.report.error(call.span, "an expression is not a statement", ""));
        }
        let place = self.place()?;
        self.symbol("=")?;
        Ok(StmtKind::Assign(place, self.expression()?))
    }

    pub(super) fn place(&mut self) -> Parsed<Place> {
        let name = self.name()?;
        let mut place = Place { name: name.text, index: None, primes: 0, span: name.span };
        while self.take_symbol("'") {
            place.primes += 1;
        }
        if self.take_symbol("[") {
            place.index = Some(self.expression()?);
            self.symbol("]")?;
        }
        while self.take_symbol("'") {
            place.primes += 1;
        }
        place.span = place.span.to(self.last_span());
        Ok(place)
    }

    fn locals(&mut self) -> Parsed<Vec<(Name, Option<crate::nmodl::ast::Expr>)>> {
        let mut all = Vec::new();
        loop {
            let name = self.name()?;
            let length = if self.take_symbol("[") {
                let n = self.expression()?;
                self.symbol("]")?;
                Some(n)
            } else {
                None
            };
            all.push((name, length));
            if !self.take_symbol(",") {
                return Ok(all);
            }
        }
    }

    fn condition(&mut self) -> Parsed<StmtKind> {
        let mut branches = Vec::new();
        loop {
            self.symbol("(")?;
            let condition = self.expression()?;
            self.symbol(")")?;
            branches.push((condition, self.body()?));
            if !(self.take_word("else") || self.take_word("ELSE")) {
                return Ok(StmtKind::If(branches, Vec::new()));
            }
            if !(self.take_word("if") || self.take_word("IF")) {
                return Ok(StmtKind::If(branches, self.body()?));
            }
        }
    }

    fn from(&mut self) -> Parsed<StmtKind> {
        let variable = self.name()?;
        self.symbol("=")?;
        let low = self.expression()?;
        if !self.take_word("TO") {
            return Err(self.unexpected("TO"));
        }
        let high = self.expression()?;
        let step = if self.take_word("BY") { Some(self.expression()?) } else { None };
        Ok(StmtKind::From { variable, low, high, step, body: self.body()? })
    }

    fn solve(&mut self) -> Parsed<StmtKind> {
        let block = self.name()?;
        let (mut method, mut steady) = (None, false);
        if self.take_word("METHOD") {
            method = Some(self.name()?);
        } else if self.take_word("STEADYSTATE") {
            method = Some(self.name()?);
            steady = true;
        } else if self.take_word("USING") {
            method = Some(self.name()?);
        }
        if self.is_word("IFERROR") {
            let span = self.span();
            return Err(self.report.error(span, "IFERROR is not supported", "remove it"));
        }
        Ok(StmtKind::Solve { block, method, steady })
    }

    fn table(&mut self) -> Parsed<StmtKind> {
        if !self.is_word("DEPEND") && !self.is_word("FROM") {
            self.names()?;
        }
        if self.take_word("DEPEND") {
            self.names()?;
        }
        if self.take_word("FROM") {
            self.expression()?;
            if !self.take_word("TO") {
                return Err(self.unexpected("TO"));
            }
            self.expression()?;
            if !self.take_word("WITH") {
                return Err(self.unexpected("WITH"));
            }
            self.number()?;
        }
        Ok(StmtKind::Table)
    }

    fn watch(&mut self) -> Parsed<StmtKind> {
        let mut all = Vec::new();
        loop {
            self.symbol("(")?;
            let condition = self.expression()?;
            self.symbol(")")?;
            all.push((condition, self.expression()?));
            if !self.take_symbol(",") {
                return Ok(StmtKind::Watch(all));
            }
        }
    }
}
