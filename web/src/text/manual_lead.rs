//! Texts of the form for one manually entered lead.

translations! {
    /// Heading of the form.
    manual_title: "Score one lead", "Évaluer un prospect";
    /// Introduction of the form.
    manual_hint: "Fill in what you know; leave out the rest.", "Remplissez ce que vous savez ; laissez le reste.";
    /// Submit button.
    manual_submit: "Score this lead", "Évaluer ce prospect";
    /// Clear button.
    manual_clear: "Clear", "Vider";
    /// Result while the reply is pending.
    manual_scoring: "Scoring…", "Évaluation…";
    /// Result before the form is submitted.
    manual_pristine: "The score will stand here.", "Le score s’affichera ici.";
    /// Result of an empty form.
    manual_no_input: "Fill in at least one field, then score again.", "Remplissez au moins un champ, puis évaluez de nouveau.";
    /// Introduction of the validation errors.
    manual_rejected: "Please change these, then score again:", "Corrigez ceci, puis évaluez de nouveau :";
    /// Option of an empty category.
    not_selected: "Not given", "Non indiqué";
    /// Heading of the person's fields.
    group_person: "The person", "La personne";
    /// Heading of the company's fields.
    group_company: "The company", "L’entreprise";
    /// Heading of the enrichment fields.
    group_enriched: "From an enrichment step", "D’une étape d’enrichissement";
    /// Hint about the enrichment fields.
    group_enriched_hint: "These come from software that reads a profile and rates it. Most people do not have them.",
        "Ces champs viennent de logiciels qui lisent un profil et l’évaluent. La plupart des gens ne les ont pas.";
}
