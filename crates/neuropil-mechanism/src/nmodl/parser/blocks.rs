//! Blocks at the top level of a file.

use super::{Parsed, Parser};
use crate::nmodl::ast::{BlockKind, Declaration, Routine, SolveBlock, Suffix, UnitLine, UseIon};
use crate::nmodl::lexer::TokenKind;

impl Parser<'_> {
    pub(super) fn module(&mut self) -> Parsed<()> {
        loop {
            let span = self.span();
            match self.advance().kind {
                TokenKind::End => return Ok(()),
                TokenKind::Title(title) => self.module.title = title,
                TokenKind::Verbatim(raw) => self.module.verbatim.push((raw, span)),
                TokenKind::Name(word) => self.block(&word)?,
                TokenKind::Text(_) | TokenKind::Number(..) | TokenKind::Symbol(_) => {
                    self.at -= 1;
                    return Err(self.unexpected("a block such as NEURON or PARAMETER"));
                }
            }
        }
    }

    fn block(&mut self, word: &str) -> Parsed<()> {
        let span = self.last_span();
        match word {
            "NEURON" => self.neuron()?,
            "PARAMETER" => {
                let list = self.declarations()?;
                self.module.parameters.extend(list);
            }
            "CONSTANT" => {
                let list = self.declarations()?;
                self.module.constants.extend(list);
            }
            "ASSIGNED" | "DEPENDENT" => {
                let list = self.declarations()?;
                self.module.assigned.extend(list);
            }
            "STATE" => {
                let list = self.declarations()?;
                self.module.states.extend(list);
            }
            "UNITS" => self.units()?,
            "INITIAL" => {
                let body = self.body()?;
                self.module.initial.push(body);
            }
            "BREAKPOINT" | "EQUATION" => {
                let body = self.body()?;
                if self.module.breakpoint.replace(body).is_some() {
                    return Err(self.report.error(span, "a second BREAKPOINT", "join them"));
                }
            }
            "DERIVATIVE" => self.solvable(BlockKind::Derivative)?,
            "KINETIC" => self.solvable(BlockKind::Kinetic)?,
            "LINEAR" => self.solvable(BlockKind::Linear)?,
            "NONLINEAR" => self.solvable(BlockKind::Nonlinear)?,
            "DISCRETE" => self.solvable(BlockKind::Discrete)?,
            "FUNCTION" => self.routine(true)?,
            "PROCEDURE" => self.routine(false)?,
            "NET_RECEIVE" => {
                let parameters = self.parameter_list()?;
                let body = self.body()?;
                self.module.receive = Some((parameters, body));
            }
            "INDEPENDENT" => self.skip_braces()?,
            "LOCAL" => loop {
                let name = self.name()?;
                let length = self.length()?;
                self.module.locals.push((name, length));
                if !self.take_symbol(",") {
                    break;
                }
            },
            "DEFINE" => {
                let name = self.name()?;
                let value = self.number()?;
                self.defined.insert(name.text, value);
            }
            "INCLUDE" => {
                let span = self.span();
                match self.advance().kind {
                    TokenKind::Text(file) => self.include(&file, span)?,
                    _ => return Err(self.unexpected("a file name in quotes")),
                }
            }
            "FUNCTION_TABLE" => {
                let name = self.name()?;
                self.parameter_list()?;
                self.unit()?;
                self.module.refused.push((format!("FUNCTION_TABLE {}", name.text), span));
            }
            "CONSTRUCTOR" | "DESTRUCTOR" | "BEFORE" | "AFTER" | "TERMINAL" | "PLOT" | "STEPPED"
            | "SENS" | "MATCH" | "PARTIAL" | "VERBATIM" => {
                while !self.is_symbol("{") && *self.peek() != TokenKind::End {
                    self.at += 1;
                }
                self.skip_braces()?;
                self.module.refused.push((word.to_owned(), span));
            }
            _ => {
                self.at -= 1;
                return Err(self.unexpected("a block such as NEURON or PARAMETER"));
            }
        }
        Ok(())
    }

    fn skip_braces(&mut self) -> Parsed<()> {
        let open = self.symbol("{")?;
        let mut depth = 1;
        while depth > 0 {
            if self.is_symbol("{") {
                depth += 1;
            } else if self.is_symbol("}") {
                depth -= 1;
            } else if *self.peek() == TokenKind::End {
                return Err(self.report.error(open, "block without '}'", "close the block"));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn neuron(&mut self) -> Parsed<()> {
        self.symbol("{")?;
        while !self.take_symbol("}") {
            let span = self.span();
            let word = self.name()?.text;
            match word.as_str() {
                "SUFFIX" => self.module.suffix = Some((Suffix::Density, self.name()?)),
                "POINT_PROCESS" => self.module.suffix = Some((Suffix::Point, self.name()?)),
                "ARTIFICIAL_CELL" => self.module.suffix = Some((Suffix::Artificial, self.name()?)),
                "USEION" => self.use_ion()?,
                "RANGE" => {
                    let list = self.names()?;
                    self.module.range.extend(list);
                }
                "GLOBAL" => {
                    let list = self.names()?;
                    self.module.global.extend(list);
                }
                "NONSPECIFIC_CURRENT" => {
                    let list = self.names()?;
                    self.module.nonspecific.extend(list);
                }
                "ELECTRODE_CURRENT" => {
                    let list = self.names()?;
                    self.module.electrode.extend(list);
                }
                "POINTER" | "BBCOREPOINTER" => {
                    let list = self.names()?;
                    self.module.pointers.extend(list);
                }
                "EXTERNAL" => {
                    let list = self.names()?;
                    self.module.external.extend(list);
                }
                "RANDOM" => {
                    let list = self.names()?;
                    self.module.random.extend(list);
                }
                "THREADSAFE" => {
                    if matches!(self.peek_at(1), TokenKind::Symbol(",")) {
                        self.names()?;
                    }
                }
                "SECTION" => {
                    self.names()?;
                }
                "REPRESENTS" => {
                    // an ontology term such as NCIT:C17145, the colon of which begins a comment
                    self.name()?;
                }
                _ => {
                    let message = format!("\"{word}\" is not a statement of the NEURON block");
                    return Err(self.report.error(
                        span,
                        message,
                        "expected SUFFIX, POINT_PROCESS, USEION, RANGE, GLOBAL, \
                         NONSPECIFIC_CURRENT, ELECTRODE_CURRENT or POINTER",
                    ));
                }
            }
        }
        Ok(())
    }

    fn use_ion(&mut self) -> Parsed<()> {
        let ion = self.name()?;
        let mut made = UseIon { ion, read: Vec::new(), write: Vec::new(), valence: None };
        loop {
            if self.take_word("READ") {
                made.read.extend(self.names()?);
            } else if self.take_word("WRITE") {
                made.write.extend(self.names()?);
            } else if self.take_word("VALENCE") || self.take_word("CHARGE") {
                made.valence = Some(self.number()?);
            } else if self.take_word("REPRESENTS") {
                self.name()?;
            } else {
                break;
            }
        }
        self.module.ions.push(made);
        Ok(())
    }

    fn declarations(&mut self) -> Parsed<Vec<Declaration>> {
        self.symbol("{")?;
        let mut all = Vec::new();
        while !self.take_symbol("}") {
            if let TokenKind::Verbatim(_) = self.peek() {
                let span = self.span();
                return Err(self.report.error(
                    span,
                    "VERBATIM inside a declaration block",
                    "declare the quantities in NMODL",
                ));
            }
            if matches!(self.peek(), TokenKind::Symbol(",")) {
                self.at += 1;
                continue;
            }
            all.push(self.declaration()?);
        }
        Ok(all)
    }

    fn declaration(&mut self) -> Parsed<Declaration> {
        let name = self.name()?;
        let mut length = self.length()?;
        let mut value = None;
        if self.take_symbol("=") {
            value = Some(self.number()?);
        }
        let unit = self.unit()?;
        // STATE x (unit) FROM a TO b: limits that no simulator enforces
        let mut limits = None;
        if self.take_word("FROM") {
            self.number()?;
            if !self.take_word("TO") {
                return Err(self.unexpected("TO"));
            }
            self.number()?;
        }
        if self.take_word("START") {
            value = Some(self.number()?);
        }
        if length.is_none() {
            length = self.length()?;
        }
        if self.take_symbol("<") {
            let low = self.number()?;
            // a single number is the tolerance of a STATE for variable-step solvers
            if self.take_symbol(",") {
                limits = Some((low, self.number()?));
            }
            self.symbol(">")?;
        }
        Ok(Declaration { name, value, unit, limits, length })
    }

    fn units(&mut self) -> Parsed<()> {
        self.symbol("{")?;
        while !self.take_symbol("}") {
            let span = self.span();
            if let Some(alias) = self.unit()? {
                self.symbol("=")?;
                let meaning = self.unit()?.ok_or_else(|| self.unexpected("'('"))?;
                let span = span.to(self.last_span());
                self.module.units.push(UnitLine::Alias(alias, meaning, span));
                continue;
            }
            let name = self.name()?;
            self.symbol("=")?;
            let value = match self.unit()? {
                Some(text) => Err(text),
                None => Ok(self.number()?),
            };
            let unit = self.unit()?.unwrap_or_default();
            self.module.units.push(UnitLine::Constant(name, value, unit));
        }
        Ok(())
    }

    fn solvable(&mut self, kind: BlockKind) -> Parsed<()> {
        let name = self.name()?;
        if self.take_word("SOLVEFOR") {
            self.names()?;
        }
        let body = self.body()?;
        self.module.blocks.push(SolveBlock { kind, name, body });
        Ok(())
    }

    fn parameter_list(&mut self) -> Parsed<Vec<(crate::nmodl::ast::Name, Option<String>)>> {
        self.symbol("(")?;
        let mut all = Vec::new();
        while !self.take_symbol(")") {
            let name = self.name()?;
            let unit = self.unit()?;
            all.push((name, unit));
            if !self.is_symbol(")") {
                self.symbol(",")?;
            }
        }
        Ok(all)
    }

    fn routine(&mut self, function: bool) -> Parsed<()> {
        let name = self.name()?;
        let parameters = self.parameter_list()?;
        let unit = self.unit()?;
        let body = self.body()?;
        self.module.routines.push(Routine { name, parameters, unit, body, function });
        Ok(())
    }
}
