//! Texts of the privacy page: the guarantee, how to check it, and its limits.

use super::tr;
use crate::format::count;

translations! {
    /// Heading of the page.
    privacy_title: "Your file never leaves this computer", "Votre fichier ne quitte jamais cet ordinateur";
    /// Explanation of the guarantee.
    privacy_how: "Before a file can be chosen, this page has loaded everything it needs and then taken the network away from itself, with a rule that the browser enforces and that cannot be undone until the page is closed or reloaded. Your leads are read and scored in a separate worker inside this page, which is under the same rule. The page itself is given only the rows that you see and what you take out. You can switch off your connection now: everything still works.",
        "Avant qu’un fichier puisse être choisi, cette page a chargé tout ce qu’il lui faut, puis s’est retiré le réseau, par une règle que le navigateur impose et que rien ne lève avant que la page soit fermée ou rechargée. Vos prospects sont lus et évalués dans un processus à part de cette page, soumis à la même règle. La page elle-même ne reçoit que les lignes que vous voyez et ce que vous en sortez. Vous pouvez couper votre connexion : tout marche encore.";
    /// Heading of the policy.
    lock_title: "The rule in force", "La règle en vigueur";
    /// Message while the policy is not applied.
    lock_missing: "Not yet in force: the page is still loading, and takes no file until it is.", "Pas encore en vigueur : la page se charge, et n’accepte aucun fichier d’ici là.";
    /// Heading of the attempt.
    attempt_title: "Try it", "Essayez";
    /// Button that starts the attempt.
    attempt: "Let this page try to reach the network", "Laisser cette page essayer d’atteindre le réseau";
    /// Result while the attempt is pending.
    attempting: "Trying…", "Essai…";
    /// Result of a blocked attempt.
    refused: "Refused by the browser: the request was not sent.", "Refusé par le navigateur : la requête n’est pas partie.";
    /// Result of an attempt that was not blocked.
    not_refused: "The request went out. Do not use this page with real leads, and tell whoever runs it.", "La requête est partie. N’utilisez pas cette page avec de vrais prospects, et prévenez qui s’en occupe.";
    /// Heading of the requests.
    requests_title: "Everything this page has loaded since it was opened", "Tout ce que cette page a chargé depuis son ouverture";
    /// Heading of the limits.
    limits_title: "What this does not protect against", "Ce contre quoi cela ne protège pas";
    /// Limit: browser extensions.
    limit_extensions: "Extensions that you allowed to read this page, a compromised browser, and other programs on this computer.",
        "Les extensions que vous avez autorisées à lire cette page, un navigateur compromis, et d’autres programmes sur cet ordinateur.";
    /// Limit: the site itself.
    limit_site: "Whoever can change what this site serves before you open it.", "Quiconque peut changer ce que ce site sert avant que vous l’ouvriez.";
    /// Limit: channels that the policy cannot block.
    limit_policy: "A page’s rule cannot stop its own code from opening another address, asking for one ahead (<link rel=prefetch>) or calling another computer directly (WebRTC). The worker can do none of these, which is why your leads are kept there.",
        "La règle d’une page ne peut empêcher son propre code d’ouvrir une autre adresse, d’en demander une à l’avance (<link rel=prefetch>) ou d’appeler directement un autre ordinateur (WebRTC). Le processus à part ne peut rien de tout cela : c’est pourquoi vos prospects y restent.";
    /// Limit: exported files.
    limit_files: "Files that you download and what you copy: from then on they are yours to keep safe.",
        "Les fichiers que vous téléchargez et ce que vous copiez : dès lors, c’est à vous de les garder.";
}

/// Number of requests.
pub fn request_count(number: u32) -> String {
    match number {
        1 => tr("1 request, then none", "1 requête, puis plus aucune"),
        number => tr(
            format!("{} requests, then none", count(number)),
            format!("{} requêtes, puis plus aucune", count(number)),
        ),
    }
}

/// Start time of a request, in seconds since the page was opened.
pub fn seconds_after_start(seconds: f64) -> String {
    tr(format!("after {seconds:.1} s"), format!("après {:.1} s", seconds).replace('.', ","))
}
