//! From words to trees: the lines of a model.
//!
//! ```text
//! equation   = "d" NAME "/dt" "=" expression ":" unit [ "(" flag ")" ]
//!            | NAME "=" expression ":" unit
//!            | NAME ":" unit
//! statements = assignment { (";" | line end) assignment }
//! assignment = NAME ("=" | "+=" | "-=" | "*=" | "/=") expression
//! ```
//!
//! An expression may go on over several lines: the equation ends behind its unit.

use std::ops::Range;

use neuropil_core::names::suggestion;
use neuropil_core::units::Unit;

use super::error::EquationFault;
use super::syntax::{Expr, Parser, parse_unit, unknown_unit};
use super::token::{Found, Token, tokens};

/// What a line defines.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Defines {
    /// `dx/dt = …`, held while refractory if so flagged.
    State { slope: Expr, held: bool },
    /// `x = …`
    Computed(Expr),
    /// `x : unit`
    Parameter,
}

/// One equation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Equation {
    pub(super) name: String,
    /// Where the name stands.
    pub(super) at: Range<usize>,
    pub(super) defines: Defines,
    pub(super) unit: Unit,
    /// As written.
    pub(super) unit_text: String,
}

/// How a statement changes its variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Set,
    Add,
    Sub,
    Mul,
    Div,
}

/// One assignment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Statement {
    pub(super) name: String,
    pub(super) at: Range<usize>,
    pub(super) change: Change,
    pub(super) value: Expr,
}

/// All equations of a text.
pub(super) fn equations(text: &str) -> Result<Vec<Equation>, Found> {
    let mut parser = Parser::new(tokens(text)?);
    let mut all = Vec::new();
    loop {
        parser.skip_lines();
        if *parser.peek() == Token::End {
            return Ok(all);
        }
        all.push(equation(&mut parser, text)?);
    }
}

fn equation(parser: &mut Parser, text: &str) -> Result<Equation, Found> {
    const EXPECTED: &str = "an equation such as \"dv/dt = -v/tau : mV\"";
    let Token::Name(word) = parser.peek().clone() else { return Err(parser.unexpected(EXPECTED)) };
    let at = parser.advance().at;
    let slope_of = word.strip_prefix('d').filter(|rest| !rest.is_empty());
    let is_slope = *parser.peek() == Token::Symbol("/")
        && matches!(parser.ahead(1), Token::Name(dt) if dt == "dt")
        && slope_of.is_some();
    if is_slope {
        parser.advance();
        parser.advance();
        if parser.symbol(&["="]).is_none() {
            return Err(parser.unexpected("\"=\""));
        }
        let name = slope_of.unwrap_or_default().to_owned();
        let at = at.start + 1..at.end;
        let slope = right_side(parser, &name, &at)?;
        let (unit, unit_text, flags) = unit(parser, text)?;
        let held = held(&flags, &["unless refractory"])?.contains(&"unless refractory");
        return Ok(Equation { name, at, defines: Defines::State { slope, held }, unit, unit_text });
    }
    let defines = match parser.symbol(&["="]) {
        Some(_) => Defines::Computed(right_side(parser, &word, &at)?),
        None => Defines::Parameter,
    };
    if *parser.peek() != Token::Symbol(":") {
        return Err(parser.unexpected("\"=\" or \":\""));
    }
    let (unit, unit_text, flags) = unit(parser, text)?;
    held(&flags, &["constant"])?;
    Ok(Equation { name: word, at, defines, unit, unit_text })
}

/// The expression of an equation, up to the colon.
fn right_side(parser: &mut Parser, name: &str, at: &Range<usize>) -> Result<Expr, Found> {
    let lines = parser.join_lines();
    let expression = parser.either()?;
    match parser.peek() {
        Token::Symbol(":") => Ok(expression),
        // What follows begins another equation, or nothing does.
        Token::Name(_) | Token::End if lines || *parser.peek() == Token::End => {
            Err((EquationFault::NoUnit { name: name.into() }, at.clone()))
        }
        Token::Symbol("=") => Err((EquationFault::NoUnit { name: name.into() }, at.clone())),
        _ => Err(parser.unexpected("an operator or \": unit\"")),
    }
}

/// The unit behind the colon, as written, and the flags in brackets behind it.
#[expect(clippy::type_complexity, reason = "a list of flags with their places")]
fn unit(
    parser: &mut Parser,
    text: &str,
) -> Result<(Unit, String, Vec<(String, Range<usize>)>), Found> {
    let colon = parser.advance().at;
    let line = &text[colon.end..];
    let line = &line[..line.find(['\n', '#']).unwrap_or(line.len())];
    let end = colon.end + line.len();
    let (written, flags) = match line.find('(') {
        Some(open) => (&line[..open], line[open + 1..].trim_end()),
        None => (line, ""),
    };
    let start = colon.end + (written.len() - written.trim_start().len());
    let written = written.trim();
    let place = start..start + written.len();
    if written.is_empty() {
        let expected = "a unit; \"1\" for a pure number";
        return Err((EquationFault::Syntax { found: "nothing".into(), expected }, colon));
    }
    let unit = parse_unit(written).ok_or_else(|| (unknown_unit(written), place))?;
    let mut list = Vec::new();
    if !flags.is_empty() {
        let from = colon.end + line.find('(').unwrap_or(0) + 1;
        let Some(inner) = flags.strip_suffix(')') else {
            let expected = "\")\"";
            return Err((
                EquationFault::Syntax { found: "the end of the line".into(), expected },
                end..end,
            ));
        };
        let mut offset = from;
        for flag in inner.split(',') {
            let lead = flag.len() - flag.trim_start().len();
            let name = flag.split_whitespace().collect::<Vec<_>>().join(" ");
            list.push((name, offset + lead..offset + lead + flag.trim().len()));
            offset += flag.len() + 1;
        }
    }
    parser.skip_to(end);
    Ok((unit, written.into(), list))
}

/// The flags that are set.
fn held(
    flags: &[(String, Range<usize>)],
    known: &[&'static str],
) -> Result<Vec<&'static str>, Found> {
    let find = |(name, at): &(String, Range<usize>)| {
        known.iter().find(|flag| *flag == name).copied().ok_or_else(|| {
            let suggestion = suggestion(name, known.iter().copied());
            (EquationFault::UnknownFlag { name: name.clone(), suggestion }, at.clone())
        })
    };
    flags.iter().map(find).collect()
}

/// All assignments of a text.
pub(super) fn statements(text: &str) -> Result<Vec<Statement>, Found> {
    let mut parser = Parser::new(tokens(text)?);
    let mut all = Vec::new();
    loop {
        parser.skip_lines();
        if parser.symbol(&[";"]).is_some() {
            continue;
        }
        let Token::Name(name) = parser.peek().clone() else {
            return match parser.peek() {
                Token::End => Ok(all),
                _ => Err(parser.unexpected("a statement such as \"v = V_reset\"")),
            };
        };
        let at = parser.advance().at;
        let change = match parser.symbol(&["=", "+=", "-=", "*=", "/="]) {
            Some("=") => Change::Set,
            Some("+=") => Change::Add,
            Some("-=") => Change::Sub,
            Some("*=") => Change::Mul,
            Some(_) => Change::Div,
            None => return Err(parser.unexpected("\"=\", \"+=\", \"-=\", \"*=\" or \"/=\"")),
        };
        let value = parser.either()?;
        match parser.peek() {
            Token::NewLine | Token::End | Token::Symbol(";") => {}
            _ => return Err(parser.unexpected("an operator, \";\" or the end of the line")),
        }
        all.push(Statement { name, at, change, value });
    }
}

/// One expression.
pub(super) fn expression(text: &str) -> Result<Expr, Found> {
    Parser::new(tokens(text)?).whole()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equations_may_span_lines_and_carry_comments_and_flags() {
        let text = "
            dv/dt = (E_L - v
                     + R*I)/tau : mV (unless refractory)  # the membrane
            I = g*(E - v) : pA
            tau : ms (constant)
        ";
        let all = equations(text).unwrap();
        let names: Vec<_> = all.iter().map(|e| (e.name.as_str(), e.unit_text.as_str())).collect();
        assert_eq!(names, [("v", "mV"), ("I", "pA"), ("tau", "ms")]);
        assert!(matches!(all[0].defines, Defines::State { held: true, .. }));
        assert_eq!(all[2].defines, Defines::Parameter);
        assert_eq!(&text[all[0].at.clone()], "v");
    }

    #[test]
    fn slips_are_named_with_their_place() {
        for (text, shown, place) in [
            ("dv/dt = -v/tau\ndw/dt = -w/tau : pA", "the equation of \"v\" has no unit", "v"),
            ("dv/dt = -v/tau", "the equation of \"v\" has no unit", "v"),
            ("dv/dt = -v/tau : mVolts", "unknown unit \"mVolts\"", "mVolts"),
            (
                "dv/dt = -v/tau : mV (unles refractory)",
                "unknown flag \"unles refractory\"; did you mean \"unless refractory\"?",
                "unles refractory",
            ),
            ("dv/dt = -(v/tau : mV", "found \":\", expected \")\"", ":"),
            ("v -> 3", "found \"-\", expected \"=\" or \":\"", "-"),
            ("dv/dt = -v/tau :", "found nothing, expected a unit; \"1\" for a pure number", ":"),
            ("dv/dt = v § 3 : 1", "found \"§\", expected a number, a name or an operator", "§"),
        ] {
            let (fault, at) = equations(text).unwrap_err();
            assert!(fault.to_string().starts_with(shown), "{text}: {fault}");
            assert_eq!(&text[at], place, "{text}");
        }
    }

    #[test]
    fn statements_are_separated_by_semicolons_or_lines() {
        let all = statements("v = V_r; w += b\n theta *= 2").unwrap();
        let changes: Vec<_> = all.iter().map(|s| s.change).collect();
        assert_eq!(changes, [Change::Set, Change::Add, Change::Mul]);
        assert!(statements("v == 3").is_err());
        assert!(statements("v = 3 w = 2").is_err());
    }
}
