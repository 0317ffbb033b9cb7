//! Where results go: an update of a column is written where the column is, if nothing still needs the old
//! values.

use super::code::{Op, Source};
use super::updates::Update;
use crate::ir::Target;

/// An operation, where its result goes, its operands. Registers are virtual: each is written once.
pub(super) type Code = (Op, Option<Made>, Vec<Source>);

/// Where a result goes, registers being virtual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Made {
    Register(u32),
    Own(u32),
}

fn reads(register: u32, from: &[Source]) -> bool {
    from.iter().any(|s| s.register() == Some(register))
}

/// Whether an instruction can write the column of which it reads the old values as operand `a`.
fn is_update(op: Op, operands: &[Source], variable: u32) -> bool {
    let own = Source::Column(variable);
    matches!(op, Op::Step | Op::Gate | Op::Relax)
        && !(op == Op::Relax && operands.iter().any(|s| matches!(s, Source::Uniform(_))))
        && operands[0] == own
        && !operands[1..].contains(&own)
}

/// Lets an update of a column write it directly, where nothing else reads the new values.
pub(super) fn write_in_place(code: Vec<Code>, outputs: &[(Target, Source)]) -> Vec<Code> {
    let mut done: Vec<Code> = Vec::with_capacity(code.len());
    for (at, (op, to, from)) in code.iter().enumerate() {
        if let (Op::Store(variable), Some((update, Some(Made::Register(made)), operands))) =
            (*op, done.last())
            && from[0] == Source::Register(*made as u16)
            && is_update(*update, operands, variable)
            && !code[at + 1..].iter().any(|c| reads(*made, &c.2))
            && !outputs.iter().any(|o| o.1.register() == Some(*made))
        {
            if let Some((_, to, _)) = done.last_mut() {
                *to = Some(Made::Own(variable));
            }
            continue;
        }
        done.push((*op, *to, from.clone()));
    }
    done
}

/// Lets every result that ends in a column be computed there, with all the [`Update`]s there are, and read
/// there afterwards. For code without outputs but columns.
pub(super) fn update_in_place(mut code: Vec<Code>) -> Vec<Code> {
    let mut at = 0;
    while at < code.len() {
        let removed = match code[at] {
            (Op::Store(variable), _, _) => placed(&mut code, at, variable),
            _ => None,
        };
        at = removed.map_or(at + 1, |removed| at - removed);
    }
    code
}

/// Replaces the store number `at`; says how many instructions fewer there are, one more than before it.
fn placed(code: &mut Vec<Code>, at: usize, variable: u32) -> Option<usize> {
    let own = Source::Column(variable);
    let made = match code[at].2[0] {
        Source::Register(k) => u32::from(k),
        _ => return None,
    };
    let source = producer(code, made)?;
    // The old values are wanted in between, or the column is written twice.
    let wanted = |c: &Code| c.2.contains(&own) || writes(c, variable);
    if code[source + 1..at].iter().any(wanted) {
        return None;
    }
    let (op, _, from) = &code[source];
    let (changed, absorbed) = match updated(code, source, variable) {
        Some((how, [a, b], s, absorbed)) => {
            ((Op::Update(how), Some(Made::Own(variable)), vec![own, a, b, s]), absorbed)
        }
        None if is_update(*op, from, variable) || !from.contains(&own) => {
            ((*op, Some(Made::Own(variable)), from.clone()), None)
        }
        None => return None,
    };
    code[source] = changed;
    for (_, _, from) in &mut code[source + 1..] {
        from.iter_mut().filter(|s| **s == Source::Register(made as u16)).for_each(|s| *s = own);
    }
    code.remove(at);
    if let Some(absorbed) = absorbed {
        code.remove(absorbed);
        return Some(1);
    }
    Some(0)
}

fn producer(code: &[Code], register: u32) -> Option<usize> {
    code.iter().position(|c| c.1 == Some(Made::Register(register)))
}

fn writes((op, to, _): &Code, variable: u32) -> bool {
    *op == Op::Store(variable) || *to == Some(Made::Own(variable))
}

/// How, its operands that vary, the uniform one, and an instruction that it takes in.
type Found = (Update, [Source; 2], Source, Option<usize>);

/// The update of a column that an instruction is.
fn updated(code: &[Code], at: usize, variable: u32) -> Option<Found> {
    let own = Source::Column(variable);
    let (op, _, from) = &code[at];
    match (*op, from.as_slice()) {
        (Op::MulAdd, &[x, s, y]) if x == own && y == own && is_uniform(s) => {
            Some((Update::Grow, [own; 2], s, None))
        }
        (Op::SubMul, &[x, s, y]) if x == own && y == own && is_uniform(s) => {
            Some((Update::Shrink, [own; 2], s, None))
        }
        (Op::MulAdd, &[a, s, x]) if x == own && a != own && varies(a) && is_uniform(s) => {
            Some((Update::Move, [a; 2], s, None))
        }
        (Op::Sum3, &[x, a, s]) if x == own && a != own && varies(a) && is_uniform(s) => {
            Some((Update::Shift, [a; 2], s, None))
        }
        (Op::Select, &[a, b, x]) if x == own && a != own && b != own && varies(a) && varies(b) => {
            let held = (Update::Held, [a, b], Source::Uniform(0), None);
            Some(taken_in(code, at, variable, a).unwrap_or(held))
        }
        _ => None,
    }
}

/// A held update together with the instruction that computes the new value, if that is wanted for nothing
/// else.
fn taken_in(code: &[Code], at: usize, variable: u32, held: Source) -> Option<Found> {
    let Source::Register(new) = code[at].2[1] else { return None };
    let new = u32::from(new);
    let inner = producer(code, new)?;
    let others = code.iter().enumerate().filter(|(k, _)| *k != at);
    if held == Source::Register(new as u16) || others.into_iter().any(|(_, c)| reads(new, &c.2)) {
        return None;
    }
    let (how, [b, _], s, _) = updated(code, inner, variable)?;
    let how = match how {
        Update::Move => Update::HeldMove,
        Update::Shift => Update::HeldShift,
        _ => return None,
    };
    // What it reads is read later now.
    let changed = |c: &Code| matches!(b, Source::Column(k) if writes(c, k));
    (!code[inner..at].iter().any(changed)).then_some((how, [held, b], s, Some(inner)))
}

fn is_uniform(source: Source) -> bool {
    matches!(source, Source::Uniform(_))
}

/// Whether an operand has a value per instance.
fn varies(source: Source) -> bool {
    !is_uniform(source)
}
