//! Tests of detecting and decoding: every code page, wherever its first letters stand, and however the file is cut.

use super::code_page::CODE_PAGES;
use super::encoding::Table;
use super::*;
use proptest::prelude::*;

const TEXT: &str = "Société;Prénom\r\n“L’Été” – 5 €;Zoë 😀\r\n";

/// Lists in the languages of code pages, with the labels of these.
const LISTS: &[(&[&str], &str)] = &[
    (
        &["windows-1252", "macintosh", "ibm850"],
        "Réf;Intitulé du poste;Secteur d'activité;Localisation;Langues parlées\r\n\
         r1;Directrice commerciale;Logiciels;Paris, Île-de-France;Anglais, Français\r\n\
         r2;Responsable marketing;Éducation;Lyon, Auvergne-Rhône-Alpes;Français\r\n",
    ),
    (
        &["windows-1252", "macintosh", "ibm850"],
        "Name;Position;Ort\r\nJürgen Müller;Geschäftsführer;Köln\r\nKäthe Groß;Vertriebsleiterin für Österreich;Graz\r\n",
    ),
    (
        &["windows-1252", "macintosh", "ibm850"],
        "Nombre;Cargo;Ciudad\r\nJosé Muñoz García;Director de Comunicación;Málaga\r\nInés Núñez;Ingeniera técnica;León\r\n",
    ),
    (
        &["windows-1250", "x-mac-ce", "ibm852", "iso-8859-2"],
        "Ref;Title;Location;Languages\r\nr1;Ředitel prodeje;Plzeň, Česko;Čeština\r\n\
         r2;Kierownik sprzedaży;Łódź, Polska;Polski, Angielski\r\nr3;Obchodní zástupce;Žilina, Slovensko;Slovenčina\r\n",
    ),
    (
        &["windows-1251", "koi8-u", "ibm866", "iso-8859-5", "x-mac-cyrillic"],
        "Ref;Title;Location;Languages\r\nr1;Руководитель отдела продаж;Казань, Россия;Русский\r\n\
         r2;Директор;Уфа;Русский, Английский\r\nr3;CTO;France;English, French\r\n",
    ),
    (
        &["windows-1253", "iso-8859-7"],
        "Όνομα;Θέση\r\nΓιώργος;Διευθυντής πωλήσεων\r\nΕλένη;Μηχανικός λογισμικού στην Αθήνα\r\n",
    ),
    (
        &["windows-1254"],
        "Ad;Unvan\r\nAyşe Yılmaz;Satış müdürü, İstanbul\r\nÇağrı Öztürk;Yazılım geliştirme yöneticisi\r\n",
    ),
    (&["windows-1255"], "שם;תפקיד\r\nדוד כהן;מנהל מכירות בתל אביב\r\nרחל לוי;מהנדסת תוכנה בכירה\r\n"),
    (&["windows-1256"], "الاسم;الوظيفة\r\nأحمد علي;مدير المبيعات في القاهرة\r\nفاطمة حسن;مهندسة برمجيات\r\n"),
    (
        &["shift_jis", "euc-jp"],
        "Ref,Title,Location,Languages\r\nr1,営業部長,東京都,日本語\r\nr2,代表取締役,大阪府,日本語\r\nr3,CTO,France,English\r\n",
    ),
    (&["gbk"], "姓名,职位,公司\r\n王伟,销售总监,北京科技有限公司\r\n李娜,首席执行官,上海贸易集团\r\n"),
    (&["big5"], "姓名,職稱,公司\r\n陳大文,業務經理,台北科技股份有限公司\r\n林美玲,執行長,高雄貿易集團\r\n"),
    (&["euc-kr"], "이름,직책,회사\r\n김민수,영업 이사,서울 소프트웨어 주식회사\r\n이영희,대표이사,부산 무역\r\n"),
];

fn encoded(text: &str, label: &str) -> Vec<u8> {
    let encoding = TextEncoding::for_label(label).unwrap();
    match encoding.0 {
        Table::Standard(encoding) => {
            let (bytes, _, unmappable) = encoding.encode(text);
            assert!(!unmappable, "{label}");
            bytes.into_owned()
        }
        Table::CodePage(page) => {
            let characters = page.characters();
            let byte = |character: char| match characters.iter().position(|high| *high == character) {
                Some(high) => high as u8 + 0x80,
                None => u8::try_from(character).ok().filter(u8::is_ascii).unwrap(),
            };
            text.chars().map(byte).collect()
        }
    }
}

fn read(bytes: &[u8], step: usize, chosen: Option<TextEncoding>) -> (String, DetectedEncoding) {
    let mut reader = TextReader::new(bytes, chosen);
    let mut text = Vec::new();
    let mut sink = |piece: &[u8]| {
        text.extend_from_slice(piece);
        Ok::<(), ()>(())
    };
    bytes.chunks(step).for_each(|piece| reader.push(piece, &mut sink).unwrap());
    reader.finish(&mut sink).unwrap();
    (String::from_utf8(text).unwrap(), reader.detected())
}

fn utf16(text: &str, to: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to).collect()
}

#[test]
fn lists_in_every_code_page_are_read_with_the_right_letters() {
    let mut wrong = Vec::new();
    for (labels, list) in LISTS {
        for label in *labels {
            let (text, detected) = read(&encoded(list, label), 1000, None);
            assert!(detected.is_guessed());
            if text != *list {
                wrong.push(format!("{label} as {}: {}", detected.encoding.label(), text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn western_signs_alone_are_no_letters_of_the_mac() {
    for list in [
        "Title,About\nCTO,I don’t sell – I help\nCEO,“Growth” at scale… 100 €\n",
        "Title,About\nCTO,Acme’s founder • speaker\nCEO,10\u{A0}000 customers\u{A0}\n",
        "Title\nCaptain – Lead’s\nD’Artagnan\n",
    ] {
        let (text, detected) = read(&encoded(list, "windows-1252"), 7, None);
        assert_eq!(text, list, "{}", detected.encoding.label());
    }
}

#[test]
fn first_letters_are_found_wherever_they_stand() {
    for (label, list) in
        [("windows-1252", LISTS[0].1), ("macintosh", LISTS[0].1), ("shift_jis", LISTS[9].1), ("utf-8", LISTS[0].1)]
    {
        let late = encoded(list, label);
        for offset in [0, 65_530, 65_536, 70_000, 1_500_000, 4_500_000] {
            let ascii = "r0;CTO;Software;Paris;English\r\n".repeat(offset / 31 + 1);
            let bytes = [&ascii.as_bytes()[..offset], &late].concat();
            let (text, detected) = read(&bytes, 1 << 22, None);
            assert!(text.ends_with(list), "{label} {offset} {}", detected.encoding.label());
            assert_eq!(read(&bytes, 60_001, None), (text, detected));
        }
    }
}

#[test]
fn guess_from_the_start_of_much_text_says_so() {
    let list = encoded(LISTS[0].1, "macintosh").repeat(2000);
    let (text, detected) = read(&list, 1 << 16, None);
    assert_eq!(text, LISTS[0].1.repeat(2000));
    assert_eq!((detected.encoding.label(), detected.basis), ("macintosh", EncodingBasis::GuessedFromStart));
    let sparse = format!("{}{}", "x".repeat(100_000), "Zoë ").repeat(20);
    let (text, detected) = read(&encoded(&sparse, "windows-1252"), 5000, None);
    assert_eq!((text, detected.basis), (sparse, EncodingBasis::GuessedFromStart));
}

#[test]
fn utf16_is_decoded_with_and_without_bom_wherever_it_is_cut() {
    for (to, encoding) in
        [(u16::to_le_bytes as fn(u16) -> [u8; 2], TextEncoding::UTF_16LE), (u16::to_be_bytes, TextEncoding::UTF_16BE)]
    {
        for bom in ["", "\u{FEFF}"] {
            let bytes = utf16(&format!("{bom}{TEXT}"), to);
            for step in 1..7 {
                let (text, detected) = read(&bytes, step, None);
                assert_eq!((text.as_str(), detected.encoding), (TEXT, encoding), "{step}");
                assert!(!detected.is_guessed());
            }
        }
    }
}

#[test]
fn incomplete_characters_are_replaced_and_reported() {
    let bytes = [0xFF, 0xFE, 0x41, 0, 0x3D, 0xD8, 0x42, 0, 0x3D, 0xD8];
    let (text, detected) = read(&bytes, 3, None);
    assert_eq!((text.as_str(), detected.has_replaced), ("A\u{FFFD}B\u{FFFD}", true));
    assert_eq!(read(&bytes[..5], 1, None).0, "A\u{FFFD}");
}

#[test]
fn chosen_encoding_is_believed_but_for_a_byte_order_mark() {
    let list = encoded(LISTS[0].1, "windows-1252");
    let (text, detected) = read(&list, 5, TextEncoding::for_label("windows-1251"));
    assert!(text.contains("Intitulй du poste"));
    assert_eq!(detected.basis, EncodingBasis::Chosen);
    let (text, detected) = read("\u{FEFF}é".as_bytes(), 5, TextEncoding::for_label("windows-1251"));
    assert_eq!((text.as_str(), detected.basis), ("\u{FEFF}é", EncodingBasis::Certain));
}

#[test]
fn utf8_is_detected_when_cut_or_with_a_broken_byte() {
    let through = |bytes: &[u8]| {
        let mut reader = TextReader::new(bytes, None);
        let mut out = Vec::new();
        let mut sink = |piece: &[u8]| {
            out.extend_from_slice(piece);
            Ok::<(), ()>(())
        };
        reader.push(bytes, &mut sink).unwrap();
        reader.finish(&mut sink).unwrap();
        assert_eq!(reader.detected(), DetectedEncoding::UTF_8);
        out
    };
    for end in 0..=TEXT.len() {
        assert_eq!(through(&TEXT.as_bytes()[..end]), &TEXT.as_bytes()[..end], "{end}");
    }
    for bytes in [b"\xC3\xA9t\xC3\xA9 \xFF".as_slice(), b"plain", b"a\0b,c\n1,2\n", b"", b"\0"] {
        assert_eq!(through(bytes), bytes);
    }
}

#[test]
fn labels_and_names_are_known() {
    for label in ["macintosh", "Windows-1250", "cp1252", "latin1", "gb18030", " cp850 ", "X-Mac-CE"] {
        let encoding = TextEncoding::for_label(label).unwrap();
        assert_eq!(TextEncoding::for_label(encoding.label()), Some(encoding));
    }
    assert_eq!(TextEncoding::for_label("windows-1252").unwrap().name(), "Windows-1252");
    assert_eq!(TextEncoding::for_label("mac").unwrap().name(), "Mac OS Roman");
    assert_eq!((TextEncoding::for_label("iso-2022-kr"), TextEncoding::for_label("klingon")), (None, None));
    assert!(CODE_PAGES.iter().all(|page| TextEncoding::for_label(page.labels[0]).unwrap().name() == page.name));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn text_is_independent_of_cuts(
        ascii in 0_usize..140_000,
        body in proptest::collection::vec(any::<u8>(), 0..300),
        repeats in 1_usize..600,
        step in 1_usize..100_000,
    ) {
        let bytes = [vec![b'a'; ascii], body.repeat(repeats)].concat();
        let pieces = |step: usize| {
            let mut reader = TextReader::new(&bytes[..bytes.len().min(1 << 16)], None);
            let mut text = Vec::new();
            let mut sink = |piece: &[u8]| { text.extend_from_slice(piece); Ok::<(), ()>(()) };
            bytes.chunks(step).for_each(|piece| reader.push(piece, &mut sink).unwrap());
            reader.finish(&mut sink).unwrap();
            (text, reader.detected())
        };
        prop_assert!(pieces(step) == pieces(bytes.len().max(1)));
    }
}
