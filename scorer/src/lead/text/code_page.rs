//! Single-byte code pages that the WHATWG Encoding Standard lacks, but spreadsheets write: those of MS-DOS ("CSV (MS-DOS)")
//! and of the Mac in Central Europe.

/// Single-byte code page whose lower half is ASCII.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CodePage {
    /// Display name.
    pub(super) name: &'static str,
    /// Accepted labels, in lower case; the first is the preferred one.
    pub(super) labels: &'static [&'static str],
    /// Characters of the bytes 0x80 to 0xFF.
    high: &'static str,
}

/// All code pages. Source of the tables: the Unicode Consortium's mappings CP850, CP852 and CENTEURO.
pub(super) static CODE_PAGES: [CodePage; 3] = [
    CodePage {
        name: "MS-DOS (850)",
        labels: &["ibm850", "cp850", "850"],
        high: "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
     └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{AD}±‗¾¶§÷¸°¨·¹³²■\u{A0}",
    },
    CodePage {
        name: "MS-DOS (852)",
        labels: &["ibm852", "cp852", "852"],
        high: "ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐\
     └┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝţ´\u{AD}˝˛ˇ˘§÷¸°¨˙űŘř■\u{A0}",
    },
    CodePage {
        name: "Mac OS Central European",
        labels: &["x-mac-ce", "mac-ce", "maccentraleurope"],
        high: "ÄĀāÉĄÖÜáąČäčĆćéŹźĎíďĒēĖóėôöõúĚěü†°Ę£§•¶ß®©™ę¨≠ģĮįĪ≤≥īĶ∂∑łĻļĽľĹĺŅ\
     ņŃ¬√ńŇ∆«»…\u{A0}ňŐÕőŌ–—“”‘’÷◊ōŔŕŘ‹›řŖŗŠ‚„šŚśÁŤťÍŽžŪÓÔūŮÚůŰűŲųÝýķŻŁżĢˇ",
    },
];

impl CodePage {
    /// Characters of the bytes 0x80 to 0xFF.
    pub(super) fn characters(&self) -> [char; 128] {
        let mut characters = [char::REPLACEMENT_CHARACTER; 128];
        characters.iter_mut().zip(self.high.chars()).for_each(|(place, character)| *place = character);
        characters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_of_a_code_page_is_a_character_of_its_own() {
        for page in &CODE_PAGES {
            let mut characters = page.characters().to_vec();
            assert_eq!(page.high.chars().count(), 128, "{}", page.name);
            assert!(characters.iter().all(|c| !c.is_ascii() && *c != char::REPLACEMENT_CHARACTER), "{}", page.name);
            characters.sort_unstable();
            characters.dedup();
            assert_eq!(characters.len(), 128, "{}", page.name);
        }
    }
}
