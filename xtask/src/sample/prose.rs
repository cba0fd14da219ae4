//! Made-up professional prose, English and French, of any length up to a summary's. Knows sentences, no leads.

use super::draw::Draw;

/// The longest summary made, in characters.
const LONGEST: usize = 2_600;

/// Replaces `text` by a summary: most are short, few long.
pub(super) fn summary(text: &mut String, draw: &mut Draw, french: bool) {
    text.clear();
    let half = 1 + LONGEST / 2;
    let wanted = (draw.below(half) + draw.below(half)).min(draw.below(LONGEST));
    let list = draw.percent(30);
    let mut sentence = String::new();
    let mut length = 0;
    while length < wanted {
        write(&mut sentence, draw, french);
        length += 3 + sentence.chars().count();
        if length > LONGEST {
            break;
        }
        if !text.is_empty() {
            text.push_str(if list {
                "\n• "
            } else if draw.percent(20) {
                "\n\n"
            } else {
                " "
            });
        }
        text.push_str(&sentence);
    }
}

fn write(sentence: &mut String, draw: &mut Draw, french: bool) {
    sentence.clear();
    let (alone, parts) = if french { (ALONE_FRENCH, FRENCH) } else { (ALONE, ENGLISH) };
    if draw.percent(15) {
        sentence.push_str(draw.any(alone));
        return;
    }
    for (at, list) in parts.iter().enumerate() {
        sentence.push_str(if at > 0 { " " } else { "" });
        sentence.push_str(draw.any(list));
    }
    sentence.push('.');
}

const ALONE: &[&str] = &[
    "Always happy to compare notes over a cup of tea!",
    "My motto: \"measure twice, ship once\".",
    "Open to introductions, talks and the odd podcast 🎙️.",
    "Before that: two start-ups, one bakery, zero regrets.",
    "The best meeting is the one that became a one-page note.",
    "Languages, maps and long walks keep me curious.",
    "✨ Now building in the open ✨",
];

const ALONE_FRENCH: &[&str] = &[
    "Toujours partante pour échanger autour d'un café !",
    "Ma devise : « mesurer deux fois, livrer une seule ».",
    "Ouvert aux mises en relation, aux conférences et aux idées un peu folles 🚀.",
    "Auparavant : deux jeunes pousses, une boulangerie, zéro regret.",
    "La meilleure réunion est celle qu'une page a remplacée.",
    "L'été à vélo, l'hiver à l'atelier, « le reste » au bureau.",
    "✨ À l'écoute de nouveaux défis ✨",
];

const ENGLISH: [&[&str]; 3] = [
    &[
        "I help small teams",
        "For nine years I have helped manufacturers",
        "Our studio teaches public bodies how to",
        "I lead a group of eleven people who",
        "Clients call us when they want to",
        "My job is to make finance departments",
        "Together with partners in six countries we",
        "As an advisor I let founders",
        "I coach new managers so that they",
        "In my current role I make sure that branches",
    ],
    &[
        "turn scattered spreadsheets into one clear plan",
        "open a second market with a budget for half a market",
        "replace weekly reports by questions that matter",
        "bring a product from sketch to shelf",
        "negotiate supplier contracts, calmly and in writing",
        "understand what their customers never say aloud",
        "move twenty years of records without losing a page",
        "hire slowly, train well and keep good people",
        "cut the time between an order and its invoice",
        "write down what only one person knew",
    ],
    &[
        "without hiring a second department",
        "before the next season starts",
        "while the lights stay on",
        "and enjoy it, most days",
        "in a language that everybody reads",
        "with tools they already own",
        "across three time zones, politely",
        "even when the forecast says otherwise",
    ],
];

const FRENCH: [&[&str]; 3] = [
    &[
        "J'accompagne de petites équipes pour",
        "Depuis neuf ans, j'aide des industriels à",
        "Notre atelier apprend aux collectivités à",
        "Je dirige un groupe de onze personnes chargé de",
        "Nos clients nous appellent lorsqu'il faut",
        "Mon métier consiste à",
        "Avec des partenaires dans six pays, nous cherchons à",
        "Conseillère de fondatrices et de fondateurs, je les pousse à",
        "Aujourd'hui, ma priorité est de",
    ],
    &[
        "transformer des tableaux épars en un plan lisible",
        "conquérir un deuxième marché avec la moitié du budget",
        "remplacer les rapports hebdomadaires par de vraies questions",
        "mener un produit de l'esquisse jusqu'au rayon",
        "négocier les contrats fournisseurs, posément et par écrit",
        "comprendre ce que les clients ne disent jamais à voix haute",
        "déplacer vingt ans d'archives sans perdre une page",
        "recruter lentement, former mieux et garder les talents",
        "réduire le délai entre la commande et la facture",
        "coucher sur le papier ce qu'une seule personne savait",
    ],
    &[
        "sans créer un service de plus",
        "avant le début de la prochaine saison",
        "pendant que la maison continue de tourner",
        "et d'y prendre plaisir, presque chaque jour",
        "dans une langue que chacun comprend",
        "avec les outils déjà en place",
        "sur trois fuseaux horaires, avec courtoisie",
        "même quand les prévisions disent l'inverse",
    ],
];
