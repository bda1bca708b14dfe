//! Logistic regression by Newton's method, for a handful of features.

/// The coefficients, the intercept first, that make `labels` most likely, with `ridge` on all but the intercept; rows of
/// features are equally long.
pub(super) fn fit(rows: &[Vec<f64>], labels: &[bool], ridge: f64) -> Vec<f64> {
    let width = rows.first().map_or(0, Vec::len) + 1;
    let mut coefficients = vec![0.0; width];
    for _ in 0..100 {
        let (gradient, curvature) = slopes(rows, labels, &coefficients, ridge);
        let Some(step) = solve(curvature, gradient) else { break };
        coefficients.iter_mut().zip(&step).for_each(|(one, step)| *one += step.clamp(-5.0, 5.0));
        if step.iter().all(|step| step.abs() < 1e-9) {
            break;
        }
    }
    coefficients
}

/// What the coefficients make of a row: 0 to 1.
pub(super) fn probability(coefficients: &[f64], row: &[f64]) -> f64 {
    let sum: f64 = coefficients[0] + coefficients[1..].iter().zip(row).map(|(one, value)| one * value).sum::<f64>();
    1.0 / (1.0 + (-sum).exp())
}

fn slopes(rows: &[Vec<f64>], labels: &[bool], coefficients: &[f64], ridge: f64) -> (Vec<f64>, Vec<Vec<f64>>) {
    let width = coefficients.len();
    let (mut gradient, mut curvature) = (vec![0.0; width], vec![vec![0.0; width]; width]);
    for (row, label) in rows.iter().zip(labels) {
        let likely = probability(coefficients, row);
        let missed = f64::from(u8::from(*label)) - likely;
        let values: Vec<f64> = std::iter::once(1.0).chain(row.iter().copied()).collect();
        for ((slope, line), value) in gradient.iter_mut().zip(&mut curvature).zip(&values) {
            *slope += missed * value;
            line.iter_mut().zip(&values).for_each(|(one, other)| *one += likely * (1.0 - likely) * value * other);
        }
    }
    for at in 0..width {
        let pull = if at == 0 { 1e-9 } else { ridge };
        gradient[at] -= pull * coefficients[at];
        curvature[at][at] += pull;
    }
    (gradient, curvature)
}

/// Solves a small linear system by elimination with pivots; `None` where it has no single solution.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let width = right.len();
    for column in 0..width {
        let pivot = (column..width).max_by(|a, b| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs()))?;
        if matrix[pivot][column].abs() < 1e-12 {
            return None;
        }
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        for row in column + 1..width {
            let (above, below) = matrix.split_at_mut(row);
            let (pivot, line) = (&above[column], &mut below[0]);
            let share = line[column] / pivot[column];
            line.iter_mut().zip(pivot).for_each(|(one, pivot)| *one -= share * pivot);
            right[row] -= share * right[column];
        }
    }
    for row in (0..width).rev() {
        let known: f64 = (row + 1..width).map(|at| matrix[row][at] * right[at]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_one_yes_or_no_feature_the_coefficients_are_the_log_odds() {
        // without the feature 1 of 4 is true, with it 3 of 4: intercept ln(1/3), slope ln 3 - ln(1/3)
        let rows: Vec<Vec<f64>> = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0].map(|value| vec![value]).into();
        let labels = [true, false, false, false, true, true, true, false];
        let fitted = fit(&rows, &labels, 0.0);
        let third = 3f64.ln();
        assert!((fitted[0] + third).abs() < 1e-6 && (fitted[1] - 2.0 * third).abs() < 1e-6, "{fitted:?}");
        assert!((probability(&fitted, &[1.0]) - 0.75).abs() < 1e-6);
    }

    #[test]
    fn what_a_feature_parts_wholly_stays_finite() {
        let rows: Vec<Vec<f64>> = (0..10).map(|at| vec![f64::from(at)]).collect();
        let labels: Vec<bool> = (0..10).map(|at| at > 4).collect();
        let fitted = fit(&rows, &labels, 0.01);
        assert!(fitted.iter().all(|one| one.is_finite()) && fitted[1] > 0.0, "{fitted:?}");
        assert!(probability(&fitted, &[9.0]) > 0.9 && probability(&fitted, &[0.0]) < 0.1);
    }
}
