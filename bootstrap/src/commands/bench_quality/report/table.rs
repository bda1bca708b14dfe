//! Tables: everything in percent, one decimal.

use super::super::ablation::Ablation;
use super::super::abstention::{Abstention, Point};
use super::super::corpus::questions;
use super::super::measured::{COMPARED, Measured};
use super::super::resample::Difference;
use super::super::shortlist::Shortlist;
use super::{Misses, Report};

/// Prints the report.
pub(super) fn print(report: &Report<'_>) {
    let [storing, recalling] = report.seconds;
    println!(
        "{} memories of {} corpora stored in {storing:.1} s (speakers: {}), {} questions asked in {recalling:.1} s; in percent",
        report.memories(),
        report.corpora.len(),
        report.speakers.as_str(),
        report.questions(),
    );
    for system in &report.systems {
        scores(report, system);
    }
    for other in &report.systems[1..] {
        beyond(report, other);
    }
    if !report.ablations.is_empty() {
        ablations(report);
    }
    if let Some(abstention) = &report.abstention {
        self::abstention(abstention);
    }
    if let Some(Shortlist { questions, same, recall_at_10 }) = report.shortlist {
        let share = 100.0 * same as f64 / questions.max(1) as f64;
        println!(
            "\nshortlist: the same first ten as with a wider one for {same} of {questions} questions, {share:.1} %"
        );
        println!("recall@10 {:+.2} against it", 100.0 * recall_at_10);
    }
    if let Some(misses) = &report.misses {
        self::misses(report, misses);
    }
}

fn scores(report: &Report<'_>, system: &Measured) {
    println!(
        "\n{:30} {:>5} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7}",
        system.system, "n", "rec@1", "rec@5", "rec@10", "rec@20", "hit@10", "MRR@10", "nDCG@10"
    );
    for group in &report.groups {
        print!("{:30} {:>5}", group.name, group.members.len());
        for (_, value) in system.mean(group).fields() {
            print!(" {:>7.1}", 100.0 * value);
        }
        println!();
    }
}

fn beyond(report: &Report<'_>, other: &Measured) {
    println!("\n{:30} {:>22} {:>22}", format!("beyond {}", other.system), "recall@10", "nDCG@10");
    for group in &report.groups {
        let [recall, ndcg] =
            COMPARED.map(|metric| report.systems[0].beyond(other, metric, group, report.resampling).in_percent());
        println!("{:30} {recall:>22} {ndcg:>22}", group.name);
    }
}

/// What leaving out each part changes: the whole with intervals, each category as recall@10/nDCG@10.
fn ablations(report: &Report<'_>) {
    let categories: Vec<(usize, &str)> = report
        .groups
        .iter()
        .enumerate()
        .filter(|(_, group)| group.kind == "category")
        .map(|(at, group)| (at, group.name.as_str()))
        .collect();
    println!("\nwithout …, the change (95 % interval); by category recall@10/nDCG@10, * is beyond chance");
    print!("{:16} {:>22} {:>22}", "part", "recall@10", "nDCG@10");
    categories.iter().for_each(|(_, name)| print!(" {:>14.14}", name));
    println!("  harms");
    for ablation in &report.ablations {
        let [recall, ndcg] = ablation.changes[0].map(|change| change.in_percent());
        print!("{:16} {recall:>22} {ndcg:>22}", ablation.part.name());
        for (at, _) in &categories {
            let [recall, ndcg] = ablation.changes[*at].map(|change| short(&change));
            print!(" {:>14}", format!("{recall}/{ndcg}"));
        }
        println!("  {}", worst(report, ablation));
    }
}

/// The category that is most better off without the part, beyond chance.
fn worst(report: &Report<'_>, ablation: &Ablation) -> String {
    let harmed = ablation.harmed(&report.groups).into_iter().max_by(|a, b| a.2.mean.total_cmp(&b.2.mean));
    harmed.map_or("-".into(), |(category, metric, change)| format!("{category}: {metric} {}", change.in_percent()))
}

fn abstention(abstention: &Abstention) {
    let Abstention { adversarial, answerable, auc, curve, best, own } = abstention;
    println!("\nabstention: {adversarial} questions without an answer, {answerable} with one; AUC {auc:.3}");
    println!("{:>10} {:>9} {:>7} {:>7} {:>9}", "below", "precision", "recall", "lost", "balanced");
    let line = |name: &str, point: &Point| {
        let below = point.threshold.map_or("its own".into(), |threshold| format!("{threshold:.3}"));
        let [precision, recall, lost] = [point.precision, point.recall, point.lost].map(|share| 100.0 * share);
        let balanced = 100.0 * point.balanced_accuracy();
        println!("{below:>10} {precision:>9.1} {recall:>7.1} {lost:>7.1} {balanced:>9.1}{name}");
    };
    curve.iter().for_each(|point| line("", point));
    line("  best", best);
    line("  now", own);
}

fn misses(report: &Report<'_>, misses: &Misses) {
    let (asked, many) = (questions(report.corpora), misses.all.len());
    println!("\n{many} questions miss gold texts among the first ten; ranks of the gold (-: not among 100)");
    for miss in misses.all.iter().take(misses.listed) {
        let (place, question) = asked[miss.question];
        let corpus = &report.corpora[place];
        let rank = |rank: &Option<usize>| rank.map_or("-".into(), |rank| rank.to_string());
        let ranks: Vec<String> = miss.gold.iter().map(|(_, at)| rank(at)).collect();
        let category = question.category.as_deref().unwrap_or_default();
        println!("{:20} {category:16} {}", format!("{}/{}", corpus.name, question.number), ranks.join(", "));
        if misses.texts {
            println!("    {}", question.query);
            let gold = miss.gold.iter().zip(&ranks).map(|((place, _), rank)| (rank.clone(), *place));
            let instead = miss.instead.iter().enumerate().map(|(at, place)| ((at + 1).to_string(), *place));
            gold.for_each(|(rank, place)| println!("    gold {rank:>3}  {}", corpus.items[place].spoken()));
            instead.for_each(|(rank, place)| println!("         {rank:>3}  {}", corpus.items[place].spoken()));
        }
    }
}

fn short(difference: &Difference) -> String {
    let mark = if difference.is_gain() || difference.is_loss() { "*" } else { "" };
    format!("{:+.1}{mark}", 100.0 * difference.mean)
}
