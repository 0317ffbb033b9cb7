//! Linear systems solved symbolically: the elimination becomes straight code, vectorised over
//! instances, in which structural zeros cost nothing.

use super::{Binary, Graph, Unary, Value};

/// Solves `matrix·x = right`; rows of `matrix` are dense, zeros are constants 0.
///
/// With `pivot` each column's largest remaining element is brought to the diagonal by selects, per
/// instance; without it the order is the given one, which is right for the diagonally dominant
/// matrices of implicit steps.
pub(crate) fn solve_linear(
    g: &mut Graph,
    mut matrix: Vec<Vec<Value>>,
    mut right: Vec<Value>,
    pivot: bool,
) -> Vec<Value> {
    let n = right.len();
    let zero = g.constant(0.0);
    for k in 0..n {
        if pivot {
            bring_largest_up(g, &mut matrix, &mut right, k);
        }
        for row in k + 1..n {
            if g.is(matrix[row][k], 0.0) {
                continue;
            }
            let factor = g.div(matrix[row][k], matrix[k][k]);
            for column in k + 1..n {
                let step = g.mul(factor, matrix[k][column]);
                matrix[row][column] = g.sub(matrix[row][column], step);
            }
            let step = g.mul(factor, right[k]);
            right[row] = g.sub(right[row], step);
            matrix[row][k] = zero;
        }
    }
    let mut solution = vec![zero; n];
    for k in (0..n).rev() {
        let mut sum = right[k];
        for column in k + 1..n {
            let term = g.mul(matrix[k][column], solution[column]);
            sum = g.sub(sum, term);
        }
        solution[k] = g.div(sum, matrix[k][k]);
    }
    solution
}

fn bring_largest_up(g: &mut Graph, matrix: &mut [Vec<Value>], right: &mut [Value], k: usize) {
    for row in k + 1..right.len() {
        if g.is(matrix[row][k], 0.0) {
            continue;
        }
        let (here, there) =
            (g.unary(Unary::Abs, matrix[k][k]), g.unary(Unary::Abs, matrix[row][k]));
        let exchange = g.binary(Binary::Less, here, there);
        let mut swap = |a: Value, b: Value| (g.select(exchange, b, a), g.select(exchange, a, b));
        for column in k..right.len() {
            (matrix[k][column], matrix[row][column]) = swap(matrix[k][column], matrix[row][column]);
        }
        (right[k], right[row]) = swap(right[k], right[row]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Input, evaluate};
    use super::*;

    #[test]
    fn a_system_with_a_zero_on_the_diagonal_is_solved_with_pivoting() {
        let mut g = Graph::default();
        let entries = [[0.0, 2.0, 1.0], [1.0, -1.0, 0.0], [3.0, 0.0, -2.0]];
        let expected = [1.5, -2.0, 0.25];
        let matrix: Vec<Vec<Value>> =
            (0..3).map(|r| (0..3).map(|c| g.input(Input::Argument(3 * r + c))).collect()).collect();
        let right: Vec<Value> = (0..3).map(|r| g.input(Input::Argument(9 + r))).collect();
        let x = solve_linear(&mut g, matrix, right, true);
        let read = |input: Input| match input {
            Input::Argument(k) if k < 9 => entries[k / 3][k % 3],
            Input::Argument(k) => {
                entries[k - 9].iter().zip(expected).map(|(a, b)| a * b).sum::<f64>()
            }
            _ => 0.0,
        };
        let live = g.live(x.iter().copied());
        let mut values = Vec::new();
        evaluate(&g, &live, &read, &mut values);
        for (x, expected) in x.iter().zip(expected) {
            assert!((values[x.index()] - expected).abs() < 1e-14);
        }
    }
}
