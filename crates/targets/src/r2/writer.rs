//! A bucket, for writing.

use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream as SdkBytes;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::stream::BoxStream;
use sunset_core::error::{Error, ErrorKind, Result};
use sunset_core::permit::TargetIdentity;
use sunset_core::ports::objects::{
    Attributes, Body, ByteStream, ObjectStore, ObjectWriter, StoredHead, StoredObject, StoredPart,
    UnfinishedUpload,
};

use super::bodies::{Sized, watched};
use super::{R2Bucket, etag, fault};

/// Made by [`R2Bucket::writer`], with a permit.
#[derive(Debug, Clone)]
pub struct R2Writer {
    bucket: R2Bucket,
}

impl R2Writer {
    pub(super) fn new(bucket: R2Bucket) -> Self {
        Self { bucket }
    }
}

/// Lengths are signed in the SDK.
fn signed(length: u64) -> Result<i64> {
    i64::try_from(length).map_err(|cause| {
        Error::new(
            ErrorKind::Refused,
            "an object of such a length cannot be sent",
        )
        .cause(cause)
    })
}

fn part_number(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[async_trait]
impl ObjectWriter for R2Writer {
    async fn put(&self, key: &str, body: Body, attributes: &Attributes) -> Result<Option<String>> {
        let length = signed(body.length)?;
        let (sized, sending) = Sized::new(body.bytes, body.length);
        let mut request = self
            .bucket
            .client
            .put_object()
            .bucket(&self.bucket.name)
            .key(key)
            .content_length(length)
            .content_md5(STANDARD.encode(body.md5))
            .content_type(&attributes.content_type)
            .cache_control(&attributes.cache_control)
            .set_content_encoding(attributes.content_encoding.clone())
            .body(SdkBytes::from_body_1_x(sized));
        for (name, value) in &attributes.metadata {
            request = request.metadata(name, value);
        }
        let answer = watched(request.send(), Some(&sending)).await?;
        let asked = self.bucket.asked("cannot store an object", key);
        match answer {
            Ok(stored) => Ok(etag(stored.e_tag())),
            Err(cause) => Err(sending
                .fault()
                .unwrap_or_else(|| fault::error(cause, &asked))),
        }
    }

    async fn begin(&self, key: &str, attributes: &Attributes) -> Result<UnfinishedUpload> {
        let mut request = self
            .bucket
            .client
            .create_multipart_upload()
            .bucket(&self.bucket.name)
            .key(key)
            .content_type(&attributes.content_type)
            .cache_control(&attributes.cache_control)
            .set_content_encoding(attributes.content_encoding.clone());
        for (name, value) in &attributes.metadata {
            request = request.metadata(name, value);
        }
        let asked = self.bucket.asked("cannot begin a multipart upload", key);
        let answer = watched(request.send(), None).await?;
        let begun = answer.map_err(|cause| fault::error(cause, &asked))?;
        let id = begun.upload_id.filter(|id| !id.is_empty()).ok_or_else(|| {
            Error::new(
                ErrorKind::Malformed,
                "R2 began an upload and gave no id for it",
            )
            .item(key)
        })?;
        Ok(UnfinishedUpload {
            key: key.to_owned(),
            id,
        })
    }

    async fn put_part(
        &self,
        upload: &UnfinishedUpload,
        number: u32,
        body: Body,
    ) -> Result<Option<String>> {
        let length = signed(body.length)?;
        let (sized, sending) = Sized::new(body.bytes, body.length);
        let request = self
            .bucket
            .client
            .upload_part()
            .bucket(&self.bucket.name)
            .key(&upload.key)
            .upload_id(&upload.id)
            .part_number(part_number(number))
            .content_length(length)
            .content_md5(STANDARD.encode(body.md5))
            .body(SdkBytes::from_body_1_x(sized));
        let answer = watched(request.send(), Some(&sending)).await?;
        let asked = self
            .bucket
            .asked("cannot store a part of an object", &upload.key);
        match answer {
            Ok(stored) => Ok(etag(stored.e_tag())),
            Err(cause) => Err(sending
                .fault()
                .unwrap_or_else(|| fault::error(cause, &asked))),
        }
    }

    async fn complete(
        &self,
        upload: &UnfinishedUpload,
        parts: &[StoredPart],
    ) -> Result<Option<String>> {
        let parts = parts.iter().map(|part| {
            CompletedPart::builder()
                .part_number(part_number(part.number))
                .e_tag(format!("\"{}\"", part.etag))
                .build()
        });
        let completed = CompletedMultipartUpload::builder()
            .set_parts(Some(parts.collect()))
            .build();
        let request = self
            .bucket
            .client
            .complete_multipart_upload()
            .bucket(&self.bucket.name)
            .key(&upload.key)
            .upload_id(&upload.id)
            .multipart_upload(completed);
        let asked = self
            .bucket
            .asked("cannot complete a multipart upload", &upload.key);
        let answer = watched(request.send(), None).await?;
        let stored = answer.map_err(|cause| fault::error(cause, &asked))?;
        Ok(etag(stored.e_tag()))
    }

    async fn abort(&self, upload: &UnfinishedUpload) -> Result<()> {
        let request = self
            .bucket
            .client
            .abort_multipart_upload()
            .bucket(&self.bucket.name)
            .key(&upload.key)
            .upload_id(&upload.id);
        let asked = self
            .bucket
            .asked("cannot give a multipart upload up", &upload.key);
        let answer = watched(request.send(), None).await?;
        match answer.map_err(|cause| fault::error(cause, &asked)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    async fn delete(&self, key: &str) -> Result<()> {
        let request = self
            .bucket
            .client
            .delete_object()
            .bucket(&self.bucket.name)
            .key(key);
        let asked = self.bucket.asked("cannot remove an object", key);
        let answer = watched(request.send(), None).await?;
        match answer.map_err(|cause| fault::error(cause, &asked)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl ObjectStore for R2Writer {
    fn identity(&self) -> TargetIdentity {
        self.bucket.identity()
    }

    fn list(&self, prefix: &str) -> BoxStream<'static, Result<Vec<StoredObject>>> {
        self.bucket.list(prefix)
    }

    async fn head(&self, key: &str) -> Result<Option<StoredHead>> {
        self.bucket.head(key).await
    }

    async fn get(&self, key: &str) -> Result<ByteStream> {
        self.bucket.get(key).await
    }

    async fn unfinished(&self, prefix: &str) -> Result<Vec<UnfinishedUpload>> {
        self.bucket.unfinished(prefix).await
    }

    async fn parts(&self, upload: &UnfinishedUpload) -> Result<Option<Vec<StoredPart>>> {
        self.bucket.parts(upload).await
    }
}
