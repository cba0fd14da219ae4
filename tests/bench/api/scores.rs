//! Validation of a prediction response: status, as many scores as leads, each a probability. Parses no more than that, since
//! it shares the machine with the service.

use crate::connection::Response;

/// Sum of the scores of a response, or the reason why it is wrong.
pub(crate) fn scores(response: &Response<'_>, leads: usize) -> Result<f64, String> {
    if response.status != 200 {
        return Err(format!("status {}", response.status));
    }
    let body = std::str::from_utf8(&response.body).map_err(|_| "a body that is not UTF-8".to_owned())?;
    let (mut count, mut sum) = (0, 0.0);
    for (_, score) in body.match_indices("\"score\":").map(|(at, name)| body.split_at(at + name.len())) {
        sum += probability(score)?;
        count += 1;
    }
    let total = format!("\"total_count\":{leads}");
    let has_total =
        leads == 1 || body.match_indices(&total).any(|(at, _)| !body[at + total.len()..].starts_with(digit));
    if count != leads || !has_total {
        return Err(format!("{count} scores for {leads} leads"));
    }
    Ok(sum)
}

fn digit(char: char) -> bool {
    char.is_ascii_digit()
}

/// Number at the start of a text, if it is in 0..=1.
fn probability(text: &str) -> Result<f64, String> {
    let text = text.trim_start();
    let number = &text[..text.find([',', '}']).unwrap_or(text.len())];
    let score: Option<f64> = number.trim().parse().ok();
    score.filter(|score| (0.0..=1.0).contains(score)).ok_or_else(|| format!("the score {number:?}"))
}
