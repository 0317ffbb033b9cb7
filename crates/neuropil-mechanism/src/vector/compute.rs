//! One instruction over some instances, wherever its operands are.

use super::code::Op;
use super::lanes;
use super::operand::{Dispatch, Operand};
use super::{fused, near, updates};

/// Computes an instruction into `to`; `get` finds its operands. With `own` operand `a` is what `to` holds,
/// and asked for in vain.
#[inline(always)]
pub(super) fn compute<'a>(
    on: impl Dispatch,
    op: Op,
    to: &mut [f64],
    get: impl Fn(usize) -> Operand<'a>,
    own: bool,
) {
    macro_rules! one {
        ($k:literal) => {
            get($k).number()
        };
    }
    macro_rules! col {
        ($k:literal) => {
            get($k).column()
        };
    }
    match op {
        Op::Unary(f) => lanes::unary(on, to, f, get(0)),
        Op::Scaled(f) => lanes::scaled(on, to, f, get(0), one!(1)),
        Op::Shifted(f) => lanes::shifted(on, to, f, get(0), one!(1), one!(2)),
        Op::Binary(f) => lanes::binary(on, to, f, get(0), get(1)),
        Op::Select => lanes::select(on, to, [get(0), get(1), get(2)]),
        Op::MulAdd => lanes::mul_add(on, to, [get(0), get(1), get(2)]),
        Op::MulSub => lanes::mul_sub(on, to, [get(0), get(1), get(2)]),
        Op::SubMul => lanes::sub_mul(on, to, [get(0), get(1), get(2)]),
        Op::DifferenceMul => lanes::difference_mul(on, to, [get(0), get(1), get(2)]),
        Op::SumMul => lanes::sum_mul(on, to, [get(0), get(1), get(2)]),
        Op::Sum3 => lanes::sum3(on, to, [get(0), get(1), get(2)]),
        Op::LessAnd => lanes::less_and(on, to, [get(0), get(1), get(2)]),
        Op::Product3 => fused::product3(on, to, [col!(0), col!(1), col!(2)]),
        Op::Product4 => fused::product4(on, to, [col!(0), col!(1), col!(2), col!(3)]),
        Op::Fourth => fused::fourth(on, to, col!(0)),
        Op::TwoScaled => fused::two_scaled(on, to, [col!(0), col!(2)], [one!(1), one!(3)]),
        Op::ThreeScaled => {
            let factors = [one!(1), one!(3), one!(5)];
            fused::three_scaled(on, to, [col!(0), col!(2), col!(4)], factors);
        }
        Op::Flow => fused::flow(on, to, [col!(0), col!(1), col!(2)], one!(3)),
        Op::FlowAdd => fused::flow_add(on, to, [col!(0), col!(1), col!(2), col!(4)], one!(3)),
        Op::ShiftedAdd => fused::shifted_add(on, to, [col!(0), col!(3)], [one!(1), one!(2)]),
        Op::TwoFlows => {
            let factors = [one!(0), one!(2), one!(5)];
            fused::two_flows(on, to, [col!(1), col!(3), col!(4)], factors);
        }
        Op::Sigmoid => fused::sigmoid(on, to, col!(0), [one!(1), one!(2), one!(3)]),
        Op::Quotient => fused::quotient(on, to, col!(0), [one!(1), one!(2), one!(3)]),
        Op::Linoid => near::linoid(on, to, [col!(0), col!(3)], [one!(1), one!(2), one!(4)]),
        Op::Relax if own => near::relax(on, to, [col!(0), col!(1), col!(2)], true),
        Op::Relax => lanes::relax(on, to, [get(0), get(1), get(2)]),
        Op::Step => near::step(on, to, [col!(0), col!(1), col!(2)], [one!(3), one!(4)], own),
        Op::Gate => {
            let factors = [one!(2), one!(4), one!(5), one!(6)];
            near::gate(on, to, [col!(0), col!(1), col!(3)], factors, own);
        }
        Op::Update(how) => updates::update(on, to, how, [col!(1), col!(2)], one!(3)),
        Op::Gather(_) | Op::Store(_) => {}
    }
}
