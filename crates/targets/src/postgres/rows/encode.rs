//! PostgreSQL's binary COPY format.

use sqlx::PgConnection;
use sqlx::postgres::PgCopyIn;
use sunset_core::Result;
use sunset_core::digest::Digest;
use sunset_core::row::Cell;

use crate::postgres::fault::error;

const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Microseconds from 1970 to 2000, where PostgreSQL counts from.
const EPOCH: i64 = 946_684_800_000_000;
const FLUSH: usize = 256 * 1024;

/// One COPY under way. Without [`CopyIn::finish`] nothing of it is kept.
pub(super) struct CopyIn<'c> {
    sink: PgCopyIn<&'c mut PgConnection>,
    buffer: Vec<u8>,
    what: &'static str,
}

impl<'c> CopyIn<'c> {
    /// Begins `COPY … FROM STDIN (FORMAT binary)`.
    pub async fn begin(
        connection: &'c mut PgConnection,
        statement: &str,
        what: &'static str,
    ) -> Result<Self> {
        let sink = connection
            .copy_in_raw(statement)
            .await
            .map_err(|cause| error(cause, what))?;
        let mut buffer = Vec::with_capacity(FLUSH + 64 * 1024);
        buffer.extend_from_slice(HEADER);
        Ok(Self { sink, buffer, what })
    }

    /// Begins a row of `fields` fields, sending what has gathered.
    pub async fn row(&mut self, fields: usize) -> Result<&mut Self> {
        if self.buffer.len() >= FLUSH {
            self.flush().await?;
        }
        // A table has at most 1,600 columns.
        let fields = i16::try_from(fields).unwrap_or(i16::MAX);
        self.buffer.extend_from_slice(&fields.to_be_bytes());
        Ok(self)
    }

    async fn flush(&mut self) -> Result<()> {
        let sent = self.sink.send(self.buffer.as_slice()).await;
        sent.map_err(|cause| error(cause, self.what))?;
        self.buffer.clear();
        Ok(())
    }

    fn field(&mut self, bytes: &[u8]) -> &mut Self {
        // A field of 2 GiB is refused by the server; nothing here comes near it.
        let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
        self.buffer.extend_from_slice(&length.to_be_bytes());
        self.buffer.extend_from_slice(bytes);
        self
    }

    pub fn null(&mut self) -> &mut Self {
        self.buffer.extend_from_slice(&(-1_i32).to_be_bytes());
        self
    }

    pub fn text(&mut self, text: &str) -> &mut Self {
        self.field(text.as_bytes())
    }

    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.field(bytes)
    }

    pub fn digest(&mut self, digest: &Digest) -> &mut Self {
        self.field(digest.as_bytes())
    }

    pub fn optional_digest(&mut self, digest: Option<&Digest>) -> &mut Self {
        match digest {
            Some(digest) => self.digest(digest),
            None => self.null(),
        }
    }

    pub fn integer(&mut self, value: i32) -> &mut Self {
        self.field(&value.to_be_bytes())
    }

    pub fn bigint(&mut self, value: i64) -> &mut Self {
        self.field(&value.to_be_bytes())
    }

    pub fn cell(&mut self, cell: &Cell) -> &mut Self {
        match cell {
            Cell::Null => self.null(),
            Cell::Text(text) => self.text(text),
            Cell::Integer(value) => self.integer(*value),
            Cell::Boolean(value) => self.field(&[u8::from(*value)]),
            Cell::Timestamp(micros) => self.bigint(micros.saturating_sub(EPOCH)),
            Cell::Json(text) => {
                let length = i32::try_from(text.len() + 1).unwrap_or(i32::MAX);
                self.buffer.extend_from_slice(&length.to_be_bytes());
                self.buffer.push(1);
                self.buffer.extend_from_slice(text.as_bytes());
                self
            }
        }
    }

    /// Ends the COPY and tells the number of rows.
    pub async fn finish(mut self) -> Result<u64> {
        self.buffer.extend_from_slice(&(-1_i16).to_be_bytes());
        self.flush().await?;
        let what = self.what;
        self.sink.finish().await.map_err(|cause| error(cause, what))
    }
}
