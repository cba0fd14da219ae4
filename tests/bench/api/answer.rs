//! Whether an answer is one: the right status, as many scores as leads, each a probability. Knows the contract's shapes;
//! looks at nothing but what proves the work done, since it runs beside the service.

use crate::connection::Answer;

/// The sum of an answer's scores, or what is wrong with it.
pub(crate) fn scores(answer: &Answer<'_>, leads: usize) -> Result<f64, String> {
    if answer.status != 200 {
        return Err(format!("status {}", answer.status));
    }
    let body = std::str::from_utf8(&answer.body).map_err(|_| "a body that is no text".to_owned())?;
    let (mut count, mut sum) = (0, 0.0);
    for (_, score) in body.match_indices("\"score\":").map(|(at, name)| body.split_at(at + name.len())) {
        sum += probability(score)?;
        count += 1;
    }
    let total = format!("\"total_count\":{leads}");
    let told = leads == 1 || body.match_indices(&total).any(|(at, _)| !body[at + total.len()..].starts_with(digit));
    if count != leads || !told {
        return Err(format!("{count} scores for {leads} leads"));
    }
    Ok(sum)
}

fn digit(char: char) -> bool {
    char.is_ascii_digit()
}

/// The number that a text begins with, when it is from 0 to 1.
fn probability(text: &str) -> Result<f64, String> {
    let text = text.trim_start();
    let number = &text[..text.find([',', '}']).unwrap_or(text.len())];
    let score: Option<f64> = number.trim().parse().ok();
    score.filter(|score| (0.0..=1.0).contains(score)).ok_or_else(|| format!("the score {number:?}"))
}
