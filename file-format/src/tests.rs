//! Detection by content.

use super::FileFormat::{self, Html, Json, Ole, Text, Unsupported, Xml, Zip};
use super::UnsupportedFormat::{Archive, ColumnarData, Contacts, Database, Image, Pdf, RichText, WebArchive};

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn lists_are_text() {
    for text in [
        "name,title\nAda,CTO\n",
        "",
        "[Name],[Title]\n",
        "<none>,CTO\n",
        "{Name};{Title}\n",
        "<Name>;<Title>\nAda;CTO\n",
        "\"name\",\"title\"",
        "<3 Rust,x\n",
        "sep=;\nname;title",
        "II, the second\n",
    ] {
        assert_eq!(FileFormat::detect(text.as_bytes()), Text, "{text:?}");
    }
    assert_eq!(FileFormat::detect(&[b"\xFF\xFE".as_slice(), &utf16("name\ttitle\r\n")].concat()), Text);
}

#[test]
fn markup_and_json_are_known_in_any_encoding() {
    for (text, format) in [
        ("<html><table>", Html),
        ("  \r\n<TABLE border=1>", Html),
        ("<!DOCTYPE HTML>\n<html>", Html),
        ("<meta charset=utf-8>", Html),
        ("<!-- made by us --><table>", Html),
        ("<?xml version='1.0'?><!DOCTYPE html><html xmlns='x'>", Html),
        (
            "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook><Styles><Style/></Styles><Table>",
            Xml,
        ),
        ("<?xml version='1.0'?><table><tr>", Html),
        ("<!-- by hand --><ss:Workbook>", Xml),
        ("<leads><lead/></leads>", Xml),
        ("[{\"a\":1}]", Json),
        ("[\n  {\n \"a\": 1}]", Json),
        ("{\"a\":1}\n{\"a\":2}", Json),
        ("[[\"a\"],[1]]", Json),
        ("[]", Json),
        ("{ }", Json),
    ] {
        let marked = [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat();
        let wide = [b"\xFF\xFE".as_slice(), &utf16(text)].concat();
        for bytes in [text.as_bytes(), &marked, &wide, &utf16(text)] {
            assert_eq!(FileFormat::detect(bytes), format, "{text}");
        }
    }
}

#[test]
fn binary_formats_are_known_by_their_signatures() {
    let mut tar = vec![b'x'; 300];
    tar[257..262].copy_from_slice(b"ustar");
    let cases: [(&[u8], FileFormat); 14] = [
        (b"PK\x03\x04...", Zip),
        (b"\xD0\xCF\x11\xE0\xA1\xB1", Ole),
        (b"%PDF-1.7", Unsupported(Pdf)),
        (b"\x89PNG\r\n", Unsupported(Image)),
        (b"RIFF\0\0\0\0WEBP", Unsupported(Image)),
        (b"\x1F\x8B\x08", Unsupported(Archive)),
        (b"7z\xBC\xAF\x27\x1C", Unsupported(Archive)),
        (&tar, Unsupported(Archive)),
        (b"PAR1\x15", Unsupported(ColumnarData)),
        (b"SQLite format 3\0", Unsupported(Database)),
        (b"{\\rtf1\\ansi", Unsupported(RichText)),
        (b"MIME-Version: 1.0\r\n", Unsupported(WebArchive)),
        (b"\xEF\xBB\xBFBegin:vCard\r\n", Unsupported(Contacts)),
        (b"PAR", Text),
    ];
    for (bytes, format) in cases {
        assert_eq!(FileFormat::detect(bytes), format, "{}", bytes.escape_ascii());
    }
}

#[test]
fn every_message_names_a_remedy() {
    for format in [Archive, Image, Pdf, RichText, WebArchive, ColumnarData, Database, Contacts] {
        assert!(format.to_string().contains(": "), "{format}");
    }
}
