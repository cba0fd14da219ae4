//! Records of a BIFF stream: a type, a length, and up to 8 KB of data, continued in further records.

/// Type of a record that continues the one before.
const CONTINUE: u16 = 0x003C;

/// Bytes of a record before its data: its type and its length.
const HEAD_BYTES: usize = 4;

/// Record with its continuations.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    pub(super) kind: u16,
    pub(super) data: &'a [u8],
    /// Stream after the record, which begins with its continuations.
    rest: &'a [u8],
}

impl<'a> Record<'a> {
    pub(super) fn u8(&self, at: usize) -> Option<u8> {
        self.data.get(at).copied()
    }

    pub(super) fn u16(&self, at: usize) -> Option<u16> {
        self.data.get(at..)?.first_chunk().copied().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&self, at: usize) -> Option<u32> {
        self.data.get(at..)?.first_chunk().copied().map(u32::from_le_bytes)
    }

    pub(super) fn f64(&self, at: usize) -> Option<f64> {
        self.data.get(at..)?.first_chunk().copied().map(f64::from_le_bytes)
    }

    /// Returns the length of the record in the stream.
    pub(super) fn bytes(&self) -> usize {
        HEAD_BYTES + self.data.len()
    }

    /// Returns the data of the record and of its continuations.
    pub(super) fn parts(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let continued = Records::new(self.rest).take_while(|record| record.kind == CONTINUE);
        std::iter::once(self.data).chain(continued.map(|record| record.data))
    }
}

/// Iterator over the records of a stream; ends at a truncated one.
pub(super) struct Records<'a>(&'a [u8]);

impl<'a> Records<'a> {
    pub(super) fn new(stream: &'a [u8]) -> Self {
        Records(stream)
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let (head, rest) = self.0.split_first_chunk::<HEAD_BYTES>()?;
        let [kind_low, kind_high, length_low, length_high] = *head;
        let length = usize::from(u16::from_le_bytes([length_low, length_high]));
        let (data, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(Record { kind: u16::from_le_bytes([kind_low, kind_high]), data, rest })
    }
}
