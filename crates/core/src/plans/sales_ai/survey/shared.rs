//! Notes in bytes, for the survey of another worker.

use super::{CaseNote, ConversationNote, LeadNote, MeddicNote, Notes};
use crate::error::Result;
use crate::plans::share::{Parts, Share, Shared};
use crate::plans::shelf::{Head, Text, Texts};

impl Notes {
    pub fn write(&self, share: &mut Share) {
        let texts = &self.texts;
        self.leads.write(texts, share);
        self.conversations.write(texts, share);
        self.sales_cases.write(texts, share);
        self.cases.write(texts, share);
        self.meddic.write(texts, share);
    }

    /// Reads one share behind the other.
    pub fn read(&mut self, mut parts: Parts<'_>) -> Result<()> {
        let texts = &mut self.texts;
        while !parts.is_empty() {
            self.leads.read(texts, &mut parts)?;
            self.conversations.read(texts, &mut parts)?;
            self.sales_cases.read(texts, &mut parts)?;
            self.cases.read(texts, &mut parts)?;
            self.meddic.read(texts, &mut parts)?;
        }
        Ok(())
    }
}

fn optional(texts: &Texts, text: Option<Text>, share: &mut Share) {
    share.optional(text.map(|text| texts.get(text)));
}

impl Shared for LeadNote {
    fn write(&self, texts: &Texts, share: &mut Share) {
        optional(texts, self.number, share);
    }

    fn read(head: Head, texts: &mut Texts, parts: &mut Parts<'_>) -> Result<Self> {
        Ok(Self {
            head,
            number: parts.optional_in(texts)?,
        })
    }
}

impl Shared for ConversationNote {
    fn write(&self, texts: &Texts, share: &mut Share) {
        for text in [self.lead_id, self.store_name, self.number] {
            optional(texts, text, share);
        }
        share.flag(self.embedded);
    }

    fn read(head: Head, texts: &mut Texts, parts: &mut Parts<'_>) -> Result<Self> {
        Ok(Self {
            head,
            lead_id: parts.optional_in(texts)?,
            store_name: parts.optional_in(texts)?,
            number: parts.optional_in(texts)?,
            embedded: parts.flag()?,
        })
    }
}

impl Shared for CaseNote {
    fn write(&self, texts: &Texts, share: &mut Share) {
        share.flag(self.number.is_some());
        if let Some(number) = self.number {
            share.text_like(texts.get(number), texts.get(self.head.id));
        }
        for text in [self.customer_id, self.name, self.phone] {
            optional(texts, text, share);
        }
        share.flag(self.from_slack);
        share.flag(self.embedded);
    }

    fn read(head: Head, texts: &mut Texts, parts: &mut Parts<'_>) -> Result<Self> {
        let number = if parts.flag()? {
            Some(parts.text_like(texts, head.id)?)
        } else {
            None
        };
        Ok(Self {
            head,
            number,
            customer_id: parts.optional_in(texts)?,
            name: parts.optional_in(texts)?,
            phone: parts.optional_in(texts)?,
            from_slack: parts.flag()?,
            embedded: parts.flag()?,
        })
    }
}

impl Shared for MeddicNote {
    fn write(&self, texts: &Texts, share: &mut Share) {
        optional(texts, self.conversation_id, share);
    }

    fn read(head: Head, texts: &mut Texts, parts: &mut Parts<'_>) -> Result<Self> {
        Ok(Self {
            head,
            conversation_id: parts.optional_in(texts)?,
        })
    }
}
