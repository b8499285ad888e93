//! What bytes are, by their first ones. Names and stated content types are not believed.

use super::format::Format;

/// How many bytes from the start decide.
pub const HEAD: usize = 4096;

/// The format of an object that begins with `head` (its first [`HEAD`] bytes, or all it has).
/// `None` when they are no audio that this tool knows.
pub fn recognise(head: &[u8]) -> Option<Format> {
    match head {
        [b'I', b'D', b'3', ..] => Some(behind_id3(head)),
        [b'O', b'g', b'g', b'S', ..] => Some(Format::Ogg),
        [0x1A, 0x45, 0xDF, 0xA3, ..] => Some(Format::Webm),
        [b'f', b'L', b'a', b'C', ..] => Some(Format::Flac),
        [b'A', b'D', b'I', b'F', ..] => Some(Format::Aac),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'A',
            b'V',
            b'E',
            ..,
        ]
        | [
            b'R',
            b'F',
            b'6',
            b'4',
            _,
            _,
            _,
            _,
            b'W',
            b'A',
            b'V',
            b'E',
            ..,
        ]
        | [
            b'B',
            b'W',
            b'6',
            b'4',
            _,
            _,
            _,
            _,
            b'W',
            b'A',
            b'V',
            b'E',
            ..,
        ] => Some(Format::Wav),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(Format::M4a),
        _ => {
            // Encoders and cutters leave zeros in front of the first frame.
            let first = head.iter().position(|byte| *byte != 0)?;
            frame(head.get(first..)?)
        }
    }
}

/// An ID3v2 tag stands in front of MP3, and also of ADTS and FLAC. A tag longer than the head
/// (it holds a picture) is taken for MP3's.
fn behind_id3(head: &[u8]) -> Format {
    let &[_, _, _, _, _, flags, s1, s2, s3, s4, ..] = head else {
        return Format::Mp3;
    };
    let size = [s1, s2, s3, s4]
        .into_iter()
        .fold(0_usize, |sum, byte| sum << 7 | usize::from(byte & 0x7F));
    let footer = if flags & 0x10 == 0 { 0 } else { 10 };
    match head.get(10 + size + footer..) {
        Some([b'f', b'L', b'a', b'C', ..]) => Format::Flac,
        Some(rest) => frame(rest).unwrap_or(Format::Mp3),
        None => Format::Mp3,
    }
}

/// The header of an MPEG audio frame (layers II and III) or of an ADTS frame. Layer I is left
/// out: nobody records it, and `FF FE` is how UTF-16 text begins.
fn frame(bytes: &[u8]) -> Option<Format> {
    let &[0xFF, second, third, ..] = bytes else {
        return None;
    };
    if second & 0xF6 == 0xF0 {
        // ADTS: twelve bits of sync, layer 0; sampling frequencies 13–15 are not defined.
        return ((third >> 2) & 0x0F <= 12).then_some(Format::Aac);
    }
    let synchronised = second & 0xE0 == 0xE0;
    let version = (second >> 3) & 0b11;
    let layer = (second >> 1) & 0b11;
    let bitrate = third >> 4;
    let sampling = (third >> 2) & 0b11;
    (synchronised
        && version != 0b01
        && matches!(layer, 0b01 | 0b10)
        && bitrate != 0b1111
        && sampling != 0b11)
        .then_some(Format::Mp3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_known_by_its_bytes() {
        let cases: [(&[u8], Format); 16] = [
            (b"ID3\x04\0\0\0\0\0\x02..\xFF\xFB\x90\0", Format::Mp3),
            (b"ID3", Format::Mp3),
            (b"ID3\x03\0\0\x7F\x7F\x7F\x7F", Format::Mp3),
            (b"\xFF\xFB\x90\x00", Format::Mp3),
            (b"\xFF\xF3\x40\xC0", Format::Mp3),
            (b"\0\0\0\0\0\xFF\xFB\x90\x00", Format::Mp3),
            (b"\0\0\0\x1Cftypisom", Format::M4a),
            (b"RIFF\x24\x08\0\0WAVEfmt ", Format::Wav),
            (b"RF64\xFF\xFF\xFF\xFFWAVEds64", Format::Wav),
            (b"OggS\0\x02", Format::Ogg),
            (b"\x1A\x45\xDF\xA3\x9F", Format::Webm),
            (b"\xFF\xF1\x50\x80", Format::Aac),
            (b"\xFF\xF9\x50\x80", Format::Aac),
            (b"ID3\x04\0\0\0\0\0\x01.\xFF\xF1\x50\x80", Format::Aac),
            (b"fLaC\0\0\0\x22", Format::Flac),
            (b"ID3\x04\0\0\0\0\0\x01.fLaC", Format::Flac),
        ];
        for (bytes, format) in cases {
            assert_eq!(recognise(bytes), Some(format), "{bytes:02X?}");
        }
    }

    #[test]
    fn other_bytes_are_no_audio() {
        let cases: [&[u8]; 12] = [
            b"",
            b"\0\0\0\0",
            b"<html><body>404</body></html>",
            b"{\"error\": {}}",
            b"RIFF\x24\x08\0\0AVI LIST",
            b"\xFF\xFEh\0e\0l\0",
            b"\xFF\xD8\xFF\xE0",
            b"\xFF\xFB\xF0\x00",
            b"\xFF\xFB\x9C\x00",
            b"\xFF\xEB\x90\x00",
            b"\x1F\x8B\x08\0",
            b"Ogg",
        ];
        for bytes in cases {
            assert_eq!(recognise(bytes), None, "{bytes:02X?}");
        }
    }

    #[test]
    fn no_bytes_make_it_panic() {
        for first in 0..=255_u8 {
            for second in 0..=255_u8 {
                for length in 0..4 {
                    let bytes = [first, second, first, second];
                    let _ = recognise(&bytes[..length]);
                }
            }
        }
    }
}
