//! Words of the promise: how it is kept, how to check it, and where it ends.

use super::say;
use crate::format::count;

words! {
    /// Heads the view.
    privacy_title: "Your file never leaves this computer", "Votre fichier ne quitte jamais cet ordinateur";
    /// How it is kept.
    privacy_how: "Before a file can be chosen, this page has loaded everything it needs and then taken the network away from itself, with a rule that the browser enforces and that cannot be undone until the page is closed or reloaded. Your leads are read and scored in a separate worker inside this page, which is under the same rule. The page itself is given only the rows that you see and what you take out. You can switch off your connection now: everything still works.",
        "Avant qu’un fichier puisse être choisi, cette page a chargé tout ce qu’il lui faut, puis s’est retiré le réseau, par une règle que le navigateur impose et que rien ne lève avant que la page soit fermée ou rechargée. Vos prospects sont lus et évalués dans un processus à part de cette page, soumis à la même règle. La page elle-même ne reçoit que les lignes que vous voyez et ce que vous en sortez. Vous pouvez couper votre connexion : tout marche encore.";
    /// Heads the rule.
    lock_title: "The rule in force", "La règle en vigueur";
    /// The rule is not in place.
    lock_missing: "Not yet in force: the page is still loading, and takes no file until it is.", "Pas encore en vigueur : la page se charge, et n’accepte aucun fichier d’ici là.";
    /// Heads the attempt.
    attempt_title: "Try it", "Essayez";
    /// Makes the attempt.
    attempt: "Let this page try to reach the network", "Laisser cette page essayer d’atteindre le réseau";
    /// While it is under way.
    attempting: "Trying…", "Essai…";
    /// It was refused.
    refused: "Refused by the browser: the request was not sent.", "Refusé par le navigateur : la requête n’est pas partie.";
    /// It was not refused.
    not_refused: "The request went out. Do not use this page with real leads, and tell whoever runs it.", "La requête est partie. N’utilisez pas cette page avec de vrais prospects, et prévenez qui s’en occupe.";
    /// Heads what was loaded.
    requests_title: "Everything this page has loaded since it was opened", "Tout ce que cette page a chargé depuis son ouverture";
    /// Heads the limits.
    limits_title: "What this does not protect against", "Ce contre quoi cela ne protège pas";
    /// Extensions.
    limit_extensions: "Extensions that you allowed to read this page, a compromised browser, and other programs on this computer.",
        "Les extensions que vous avez autorisées à lire cette page, un navigateur compromis, et d’autres programmes sur cet ordinateur.";
    /// The site itself.
    limit_site: "Whoever can change what this site serves before you open it.", "Quiconque peut changer ce que ce site sert avant que vous l’ouvriez.";
    /// What a rule cannot stop.
    limit_ways: "A page’s rule cannot stop its own code from opening another address, asking for one ahead (<link rel=prefetch>) or calling another computer directly (WebRTC). The worker can do none of these, which is why your leads are kept there.",
        "La règle d’une page ne peut empêcher son propre code d’ouvrir une autre adresse, d’en demander une à l’avance (<link rel=prefetch>) ou d’appeler directement un autre ordinateur (WebRTC). Le processus à part ne peut rien de tout cela : c’est pourquoi vos prospects y restent.";
    /// Files that are taken out.
    limit_files: "Files that you download and what you copy: from then on they are yours to keep safe.",
        "Les fichiers que vous téléchargez et ce que vous copiez : dès lors, c’est à vous de les garder.";
}

/// What a request was for, and when.
pub fn requests(number: u32) -> String {
    match number {
        1 => say("1 request, then none", "1 requête, puis plus aucune"),
        number => say(
            format!("{} requests, then none", count(number)),
            format!("{} requêtes, puis plus aucune", count(number)),
        ),
    }
}

/// When a request was made, in seconds since the page was opened.
pub fn after_seconds(seconds: f64) -> String {
    say(format!("after {seconds:.1} s"), format!("après {:.1} s", seconds).replace('.', ","))
}
