//! Numbers of payment cards: 13 to 19 digits with the check digit of ISO/IEC 7812-1 (Luhn).

/// Fewest and most digits of a number.
const DIGITS: std::ops::RangeInclusive<usize> = 13..=19;

/// Fewest digits before a space or hyphen: cards are written 4-4-4-4 or 4-6-5, dates are not.
const GROUP: usize = 4;

/// Whether a card's number stands in the text, its digits together or apart by single spaces or hyphens.
pub(super) fn is_in(text: &str) -> bool {
    let mut digits: Vec<u8> = Vec::new();
    let (mut group, mut apart) = (0, false);
    // One more character ends the last run.
    for c in text.chars().chain(std::iter::once('x')) {
        match c.to_digit(10) {
            Some(digit) => {
                digits.push(u8::try_from(digit).unwrap_or(0));
                group = if apart { 1 } else { group + 1 };
                apart = false;
            }
            None if matches!(c, ' ' | '-') && !apart && group >= GROUP => apart = true,
            None => {
                if is_card(&digits) {
                    return true;
                }
                digits.clear();
                (group, apart) = (0, false);
            }
        }
    }
    false
}

/// A number of a known network: 2 and 5 Mastercard, 3 American Express and Diners Club, 4 Visa, 6 Discover and UnionPay.
fn is_card(digits: &[u8]) -> bool {
    let known = matches!(digits.first(), Some(2..=6));
    let varied = digits.windows(2).any(|pair| pair[0] != pair[1]);
    known && varied && DIGITS.contains(&digits.len()) && checks(digits)
}

/// Every second digit from the right doubled, the digits of all of that added: a multiple of ten.
fn checks(digits: &[u8]) -> bool {
    let sum: u32 = digits.iter().rev().enumerate().map(|(place, &digit)| weight(place, digit.into())).sum();
    sum.is_multiple_of(10)
}

fn weight(place: usize, digit: u32) -> u32 {
    match place % 2 {
        0 => digit,
        _ if digit > 4 => 2 * digit - 9,
        _ => 2 * digit,
    }
}
