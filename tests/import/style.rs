//! Writes one clean list in the styles of exporters, spreadsheets and people. Every style keeps the meaning of each cell, so
//! that each lead has to keep its score.

use std::fmt::Write;

/// Number of choices that make a style.
pub(crate) const CHOICES: usize = 12;

/// Columns of the clean list: the contract's names.
const COLUMNS: [&str; 9] =
    ["Ref", "Email", "jobtitle", "companysize", "companytype", "companyfoundedon", "industry", "location", "languages"];

/// Leads in the order of [`COLUMNS`]; an empty cell is a missing value.
const LEADS: [[&str; 9]; 8] = [
    [
        "r1",
        "a@one.example",
        "Founder & CEO",
        "2-10",
        "Privately Held",
        "2015",
        "Computer Software",
        "Paris, Île-de-France, France",
        "English, French",
    ],
    [
        "r2",
        "b@two.example",
        "Directrice générale",
        "51-200",
        "Privately Held",
        "1998",
        "Marketing & Advertising",
        "Lyon",
        "Français",
    ],
    ["r3", "c@three.example", "Head of Sales", "1001-5000", "Public Company", "", "Internet", "Genève; Suisse", ""],
    ["r4", "d@four.example", "VP \"Growth\"", "11-50", "", "2020", "Higher Education", "", "English"],
    ["r5", "e@five.example", "", "10001+", "Nonprofit", "1901", "", "Köln", "Deutsch, English"],
    [
        "r6",
        "f@six.example",
        "Chef de projet",
        "201-500",
        "Partnership",
        "2008",
        "Financial Services",
        "Besançon | France",
        "Français, Español",
    ],
    ["r7", "g@seven.example", "CTO", "", "", "", "Computer Software", "France", ""],
    [
        "r8",
        "h@eight.example",
        "Sales Manager",
        "501-1000",
        "Public Company",
        "2011",
        "Information Technology and Services",
        "United States",
        "English",
    ],
];

/// Headers of exporters for each column.
const HEADERS: [[&str; 9]; 4] = [
    COLUMNS,
    ["Ref", "Email", "Job Title", "Company Size", "Company Type", "Founded", "Industry", "Location", "Languages"],
    ["Ref", "E-mail", "Title", "# Employees", "Ownership", "Year Founded", "Industry", "Lead Location", "Language"],
    [
        "Ref",
        "E-mail",
        "Intitulé du poste",
        "Taille de l'entreprise",
        "Type d'entreprise",
        "Année de création",
        "Secteur d'activité",
        "Localisation",
        "Langues",
    ],
];

/// The clean list, in UTF-8.
pub(crate) fn clean() -> Vec<u8> {
    write(&[0; CHOICES])
}

/// Number of alternatives of each choice.
pub(crate) const ALTERNATIVES: [u8; CHOICES] = [
    HEADERS.len() as u8,
    DELIMITERS.len() as u8,
    5, // quoting
    3, // line breaks
    7, // encoding
    7, // spelling of levels
    MISSING.len() as u8,
    3, // wrapper
    5, // padding rows
    4, // preamble
    2, // blank columns
    3, // spaces around cells
];

const DELIMITERS: [char; 7] = [',', ';', '\t', '|', '^', '#', '~'];
const MISSING: [&str; 12] =
    ["", "N/A", "n.a.", "null", "None", "#N/A", "-", "--", "\\N", "(blank)", "not provided", "#REF!"];
/// Columns whose cells are levels.
const LEVELS: [usize; 2] = [4, 6];

/// Writes the list in a style; zeros are the clean list.
pub(crate) fn write(style: &[u8; CHOICES]) -> Vec<u8> {
    let [headers, delimiter, quoting, breaks, encoding, spelling, missing, wrapper, padding, preamble, blank, spaces] =
        style.map(usize::from);
    let delimiter = DELIMITERS[delimiter];
    let line_break = ["\n", "\r\n", "\r"][breaks];
    let row = |cells: Vec<String>| {
        let mut cells: Vec<String> = cells.into_iter().map(|cell| quoted(&cell, delimiter, quoting)).collect();
        cells.extend(std::iter::repeat_n(String::new(), blank * 2));
        let row = cells.join(&delimiter.to_string());
        if quoting == 3 { format!("\"{}\"", row.replace('"', "\"\"")) } else { row }
    };
    let names = HEADERS[headers].map(str::to_owned).to_vec();
    let mut rows = vec![row(names.clone())];
    for (index, lead) in LEADS.iter().enumerate() {
        let cell = |(column, cell): (usize, &&str)| written(column, cell, spelling, MISSING[missing], wrapper, spaces);
        rows.push(row(lead.iter().enumerate().map(cell).collect()));
        match (padding, index) {
            (1, 3) => rows.push(row(vec![String::new(); COLUMNS.len()])),
            (2, 3) => rows.push(row(names.clone())),
            (3, 7) => rows.push(row([vec!["Total".to_owned()], vec![String::new(); COLUMNS.len() - 1]].concat())),
            (4, 7) => rows.push("\u{1A}".to_owned()),
            _ => {}
        }
    }
    let preamble = match preamble {
        1 => format!("sep={delimiter}{line_break}"),
        2 => format!("Leads of November{line_break}{line_break}"),
        3 => line_break.repeat(2),
        _ => String::new(),
    };
    encoded(&(preamble + &rows.join(line_break) + line_break), encoding)
}

fn written(column: usize, cell: &str, spelling: usize, missing: &str, wrapper: usize, spaces: usize) -> String {
    if cell.is_empty() {
        return missing.to_owned();
    }
    let is_level = LEVELS.contains(&column);
    let cell = if is_level { spelled(cell, spelling) } else { cell.to_owned() };
    let wrapped = match wrapper {
        1 if column > 1 => format!("=\"{}\"", cell.replace('"', "\"\"")),
        2 if column > 1 => format!("'{cell}"),
        _ => cell,
    };
    match spaces {
        1 if column > 1 => format!(" {wrapped}"),
        2 if column > 1 => format!("{wrapped}  "),
        _ => wrapped,
    }
}

/// A level in another spelling of the same words.
fn spelled(level: &str, spelling: usize) -> String {
    match spelling {
        1 => level.to_lowercase(),
        2 => level.to_uppercase(),
        3 => level.replace(' ', "  "),
        4 => level.replace(' ', "\u{a0}"),
        5 => level.replace('&', "&amp;"),
        6 => level.to_uppercase().replace(' ', "_"),
        _ => level.to_owned(),
    }
}

fn quoted(cell: &str, delimiter: char, quoting: usize) -> String {
    let needs = cell.contains([delimiter, '"', '\n', '\r', '\'']) || cell.starts_with(' ');
    match quoting {
        1 => format!("\"{}\"", cell.replace('"', "\"\"")),
        2 => format!("'{}'", cell.replace('\'', "''")),
        4 if needs => format!("\"{}\"", cell.replace('\\', "\\\\").replace('"', "\\\"")),
        _ if needs => format!("\"{}\"", cell.replace('"', "\"\"")),
        _ => cell.to_owned(),
    }
}

fn encoded(text: &str, encoding: usize) -> Vec<u8> {
    let utf16 = |to: fn(u16) -> [u8; 2], mark: &str| [mark, text].concat().encode_utf16().flat_map(to).collect();
    match encoding {
        1 => ["\u{FEFF}", text].concat().into_bytes(),
        2 => utf16(u16::to_le_bytes, "\u{FEFF}"),
        3 => utf16(u16::to_be_bytes, "\u{FEFF}"),
        4 => utf16(u16::to_le_bytes, ""),
        5 => text.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?')).collect(),
        6 => text.chars().map(mac_roman).collect(),
        _ => text.as_bytes().to_vec(),
    }
}

/// The letters of the list in Mac OS Roman.
fn mac_roman(character: char) -> u8 {
    const HIGH: [(char, u8); 11] = [
        ('é', 0x8E),
        ('è', 0x8F),
        ('ç', 0x8D),
        ('Î', 0xEB),
        ('ö', 0x9A),
        ('ñ', 0x96),
        ('É', 0x83),
        ('à', 0x88),
        ('ü', 0x9F),
        ('ê', 0x90),
        ('\u{a0}', 0xCA),
    ];
    let high = HIGH.iter().find(|(known, _)| *known == character).map(|(_, byte)| *byte);
    high.unwrap_or_else(|| if character.is_ascii() { character as u8 } else { b'?' })
}

/// Choices in words, for messages.
pub(crate) fn describe(style: &[u8; CHOICES]) -> String {
    const NAMES: [&str; CHOICES] = [
        "headers",
        "delimiter",
        "quoting",
        "breaks",
        "encoding",
        "spelling",
        "missing",
        "wrapper",
        "padding",
        "preamble",
        "blank columns",
        "spaces",
    ];
    let chosen = NAMES.iter().zip(style).filter(|(_, choice)| **choice > 0);
    chosen.fold(String::new(), |mut text, (name, choice)| {
        let _ = write!(text, "{name} {choice} ");
        text
    })
}
