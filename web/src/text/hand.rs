//! Words of the form for one lead by hand.

words! {
    /// Heads the form.
    hand_title: "Score one lead", "Évaluer un prospect";
    /// Above the form.
    hand_hint: "Fill in what you know; leave out the rest.", "Remplissez ce que vous savez ; laissez le reste.";
    /// Sends the form.
    hand_send: "Score this lead", "Évaluer ce prospect";
    /// Empties the form.
    hand_clear: "Clear", "Vider";
    /// While the form is being answered.
    hand_scoring: "Scoring…", "Évaluation…";
    /// Where the answer will stand.
    hand_blank: "The score will stand here.", "Le score s’affichera ici.";
    /// In place of the answer to a form without a single field.
    hand_empty: "Fill in at least one field, then score again.", "Remplissez au moins un champ, puis évaluez de nouveau.";
    /// Above what is wrong in the form.
    hand_faulty: "Please change these, then score again:", "Corrigez ceci, puis évaluez de nouveau :";
    /// A choice that was not made.
    not_given: "Not given", "Non indiqué";
    /// The person's fields.
    group_person: "The person", "La personne";
    /// The company's fields.
    group_company: "The company", "L’entreprise";
    /// The fields of an enrichment.
    group_enriched: "From an enrichment step", "D’une étape d’enrichissement";
    /// What these are.
    group_enriched_hint: "These come from software that reads a profile and rates it. Most people do not have them.",
        "Ces champs viennent de logiciels qui lisent un profil et l’évaluent. La plupart des gens ne les ont pas.";
}
