//! How well the confidence tells questions that nothing answers from those that something does.

use super::corpus::{Corpus, questions};
use super::subject::Answered;

/// What abstaining below each of some thresholds would do.
pub(crate) struct Abstention {
    /// Questions that nothing answers.
    pub adversarial: usize,
    /// Questions that something answers.
    pub answerable: usize,
    /// Chance that a question with an answer has a higher confidence than one without.
    pub auc: f64,
    /// The thresholds .05, .10, … .95.
    pub curve: Vec<Point>,
    /// The threshold with the highest balanced accuracy.
    pub best: Point,
    /// What the subject itself does, by its own threshold.
    pub own: Point,
}

/// What abstaining below one threshold does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    /// The threshold; `None` where it is the subject's own.
    pub threshold: Option<f64>,
    /// Of those abstained from, the share that nothing answers; 1 where it abstains from none.
    pub precision: f64,
    /// Of those that nothing answers, the share abstained from.
    pub recall: f64,
    /// Of those that something answers, the share abstained from.
    pub lost: f64,
}

/// One question: how sure the subject was, whether it abstained, whether it should have.
#[derive(Debug, Clone, Copy)]
struct Case {
    confidence: f64,
    abstained: bool,
    adversarial: bool,
}

impl Point {
    /// Mean of the shares judged rightly among both kinds of question.
    pub(crate) fn balanced_accuracy(&self) -> f64 {
        (self.recall + 1.0 - self.lost) / 2.0
    }

    fn of(cases: &[Case], threshold: Option<f64>) -> Self {
        let abstains = |case: &&Case| threshold.map_or(case.abstained, |least| case.confidence < least);
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
        let adversarial = cases.iter().filter(|case| case.adversarial).count();
        let from = cases.iter().filter(abstains).count();
        let rightly = cases.iter().filter(abstains).filter(|case| case.adversarial).count();
        Self {
            threshold,
            precision: if from == 0 { 1.0 } else { share(rightly, from) },
            recall: share(rightly, adversarial),
            lost: share(from - rightly, cases.len() - adversarial),
        }
    }
}

impl Abstention {
    /// From the answers to all questions; `None` where there are not both kinds of question.
    pub(crate) fn of(corpora: &[Corpus], answers: &[Answered]) -> Option<Self> {
        let case = |((_, question), answered): ((usize, &super::corpus::Question), &Answered)| Case {
            confidence: answered.confidence,
            abstained: answered.abstained,
            adversarial: question.adversarial,
        };
        let cases: Vec<Case> = questions(corpora).into_iter().zip(answers).map(case).collect();
        let adversarial = cases.iter().filter(|case| case.adversarial).count();
        if adversarial == 0 || adversarial == cases.len() {
            return None;
        }
        let confidences = |adversarial| cases.iter().filter(move |case| case.adversarial == adversarial);
        let of = |adversarial| confidences(adversarial).map(|case| case.confidence).collect::<Vec<_>>();
        Some(Self {
            adversarial,
            answerable: cases.len() - adversarial,
            auc: auc(&of(false), &of(true)),
            curve: (1..20).map(|step| Point::of(&cases, Some(f64::from(step) * 0.05))).collect(),
            best: best(&cases),
            own: Point::of(&cases, None),
        })
    }
}

/// The threshold with the highest balanced accuracy; of equals the lowest. Halfway between two confidences, so that
/// neither is on the edge.
fn best(cases: &[Case]) -> Point {
    let mut confidences: Vec<f64> = cases.iter().map(|case| case.confidence).collect();
    confidences.sort_by(f64::total_cmp);
    confidences.dedup();
    let between = confidences.windows(2).map(|pair| f64::midpoint(pair[0], pair[1]));
    between.fold(Point::of(cases, Some(0.0)), |best, threshold| {
        let point = Point::of(cases, Some(threshold));
        if point.balanced_accuracy() > best.balanced_accuracy() { point } else { best }
    })
}

/// Chance that one of `higher` is above one of `lower`, equals counted half (Mann, Whitney 1947).
pub(crate) fn auc(higher: &[f64], lower: &[f64]) -> f64 {
    let mut lower = lower.to_vec();
    lower.sort_by(f64::total_cmp);
    let above = |value: &f64| {
        let (below, not_above) = (lower.partition_point(|one| one < value), lower.partition_point(|one| one <= value));
        (below + not_above) as f64 / 2.0
    };
    higher.iter().map(above).sum::<f64>() / (higher.len() * lower.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(confidence: f64, adversarial: bool) -> Case {
        Case { confidence, abstained: confidence < 0.35, adversarial }
    }

    #[test]
    fn the_area_is_the_share_of_pairs_in_the_right_order() {
        assert_eq!(auc(&[0.9, 0.8], &[0.1, 0.2]), 1.0);
        assert_eq!(auc(&[0.1], &[0.9]), 0.0);
        // of six pairs three in order, one equal
        assert!((auc(&[0.5, 0.3], &[0.5, 0.4, 0.2]) - 3.5 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn a_threshold_is_judged_by_what_it_would_keep_from_whom() {
        let cases = [case(0.1, true), case(0.3, false), case(0.4, true), case(0.6, false), case(0.8, false)];
        let point = Point::of(&cases, Some(0.5));
        assert!((point.precision - 2.0 / 3.0).abs() < 1e-12 && (point.lost - 1.0 / 3.0).abs() < 1e-12);
        assert!((point.recall - 1.0).abs() < 1e-12 && (point.balanced_accuracy() - 5.0 / 6.0).abs() < 1e-12);
        assert_eq!(best(&cases), point);
        assert_eq!(Point::of(&cases, None).recall, 0.5, "its own threshold is .35");
        assert_eq!(Point::of(&cases, Some(0.05)).precision, 1.0, "it abstains from none");
    }
}
