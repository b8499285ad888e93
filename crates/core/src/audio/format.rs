//! Audio formats.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind};

/// A format that names and bytes are recognised by, in the order of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// MPEG audio, layer II or III.
    Mp3,
    /// MPEG-4.
    M4a,
    /// RIFF, RF64 or BW64 WAVE.
    Wav,
    /// Ogg (Vorbis, Opus).
    Ogg,
    /// WebM and Matroska.
    Webm,
    /// AAC in ADTS or ADIF.
    Aac,
    /// FLAC.
    Flac,
}

impl Format {
    /// All of them, in the order of preference.
    pub const ALL: [Self; 7] = [
        Self::Mp3,
        Self::M4a,
        Self::Wav,
        Self::Ogg,
        Self::Webm,
        Self::Aac,
        Self::Flac,
    ];

    /// The extension, in lower case.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Mp3 => "mp3",
            Self::M4a => "m4a",
            Self::Wav => "wav",
            Self::Ogg => "ogg",
            Self::Webm => "webm",
            Self::Aac => "aac",
            Self::Flac => "flac",
        }
    }

    /// The media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Mp3 => "audio/mpeg",
            Self::M4a => "audio/mp4",
            Self::Wav => "audio/wav",
            Self::Ogg => "audio/ogg",
            Self::Webm => "audio/webm",
            Self::Aac => "audio/aac",
            Self::Flac => "audio/flac",
        }
    }

    /// The format that an object's name claims, by its extension in any case.
    pub fn of_name(name: &str) -> Option<Self> {
        Some(split_name(name)?.1)
    }
}

/// The file name without its extension, and the format that the extension names.
pub fn split_name(name: &str) -> Option<(&str, Format)> {
    let file = name.rsplit('/').next().unwrap_or(name);
    let (stem, extension) = file.rsplit_once('.')?;
    let format = Format::ALL
        .into_iter()
        .find(|format| extension.eq_ignore_ascii_case(format.extension()))?;
    Some((stem, format))
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.extension())
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|format| text.eq_ignore_ascii_case(format.extension()))
            .ok_or_else(|| {
                Error::new(ErrorKind::Configuration, "not a format of recordings")
                    .item(text.to_owned())
                    .remedy("choose one of mp3, m4a, wav, ogg, webm, aac, flac")
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_claims_a_format_by_its_extension_in_any_case() {
        assert_eq!(split_name("a/b.c/x.y.MP3"), Some(("x.y", Format::Mp3)));
        assert_eq!(split_name("x.Flac"), Some(("x", Format::Flac)));
        assert_eq!(split_name(".wav"), Some(("", Format::Wav)));
        for name in [
            "mp3",
            "a.mp3/",
            "a.mp3/b",
            "a.mp3.txt",
            "a.mp3 ",
            "xmp3",
            "",
        ] {
            assert_eq!(split_name(name), None, "{name}");
        }
    }

    #[test]
    fn preference_is_the_order_of_the_specification() {
        let names: Vec<_> = Format::ALL
            .iter()
            .map(|format| format.extension())
            .collect();
        assert_eq!(names, ["mp3", "m4a", "wav", "ogg", "webm", "aac", "flac"]);
        assert!(Format::Mp3 < Format::M4a && Format::Aac < Format::Flac);
    }
}
