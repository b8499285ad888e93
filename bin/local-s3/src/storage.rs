//! The storage: s3s-fs, but for what it does otherwise than a real S3 server.
//!
//! * A body that does not have its Content-MD5 is refused before it is stored, parts included.
//! * Writing to a bucket that does not exist is an error and makes no bucket.
//! * Listings give entity tags, and encode names where the client asks for it.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::Stream;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::*;
use s3s::stream::{ByteStream, RemainingLength};
use s3s::{S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result, StdError};

use crate::attributes;

/// A folder whose subfolders are buckets.
pub struct Storage {
    root: PathBuf,
    files: s3s_fs::FileSystem,
}

impl Storage {
    /// The storage in `root`, which exists.
    pub fn new(root: &Path) -> Result<Self> {
        let files = s3s_fs::FileSystem::new(root)
            .map_err(|error| anyhow::anyhow!("open {}: {error:?}", root.display()))?;
        let root = root.to_owned();
        Ok(Self { root, files })
    }

    fn need_bucket(&self, bucket: &str) -> S3Result<()> {
        if self.root.join(bucket).is_dir() {
            return Ok(());
        }
        Err(S3Error::new(S3ErrorCode::NoSuchBucket))
    }

    /// Adds to a listing what s3s-fs leaves out: ETags, and the encoding of its names where that
    /// was asked for, with those of its parameters that it repeats.
    async fn complete<const N: usize>(
        &self,
        bucket: &str,
        objects: Option<&mut Vec<Object>>,
        prefixes: Option<&mut Vec<CommonPrefix>>,
        encoded: Option<[&mut Option<String>; N]>,
    ) {
        let mut names: Vec<&mut Option<String>> = Vec::new();
        for object in objects.into_iter().flatten() {
            if let (None, Some(key)) = (&object.e_tag, &object.key) {
                let tag = attributes::e_tag(&self.root, bucket, key).await;
                object.e_tag = tag.map(ETag::Strong);
            }
            names.push(&mut object.key);
        }
        let Some(parameters) = encoded else {
            return;
        };
        names.extend(
            prefixes
                .into_iter()
                .flatten()
                .map(|common| &mut common.prefix),
        );
        for name in names.into_iter().chain(parameters).flatten() {
            *name = utf8_percent_encode(name, ENCODED).to_string();
        }
    }
}

/// Methods that s3s-fs does as they should be done.
macro_rules! storage {
    ({ $($same:ident($input:ty) -> $output:ty;)* } $($own:item)*) => {
        #[async_trait::async_trait]
        impl S3 for Storage {
            $(
                async fn $same(&self, request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                    self.files.$same(request).await
                }
            )*
            $($own)*
        }
    };
}

storage! {
    {
        create_bucket(CreateBucketInput) -> CreateBucketOutput;
        delete_bucket(DeleteBucketInput) -> DeleteBucketOutput;
        head_bucket(HeadBucketInput) -> HeadBucketOutput;
        get_bucket_location(GetBucketLocationInput) -> GetBucketLocationOutput;
        list_buckets(ListBucketsInput) -> ListBucketsOutput;
        get_object(GetObjectInput) -> GetObjectOutput;
        head_object(HeadObjectInput) -> HeadObjectOutput;
        delete_object(DeleteObjectInput) -> DeleteObjectOutput;
        delete_objects(DeleteObjectsInput) -> DeleteObjectsOutput;
        upload_part_copy(UploadPartCopyInput) -> UploadPartCopyOutput;
        list_parts(ListPartsInput) -> ListPartsOutput;
        complete_multipart_upload(CompleteMultipartUploadInput) -> CompleteMultipartUploadOutput;
        abort_multipart_upload(AbortMultipartUploadInput) -> AbortMultipartUploadOutput;
    }

    async fn put_object(
        &self,
        mut request: S3Request<PutObjectInput>,
    ) -> S3Result<S3Response<PutObjectOutput>> {
        self.need_bucket(&request.input.bucket)?;
        let wrong = watch(request.input.content_md5.as_deref(), &mut request.input.body)?;
        let answer = self.files.put_object(request).await;
        refuse(wrong, answer)
    }

    async fn upload_part(
        &self,
        mut request: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
        let wrong = watch(request.input.content_md5.as_deref(), &mut request.input.body)?;
        let answer = self.files.upload_part(request).await;
        refuse(wrong, answer)
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        self.need_bucket(&request.input.bucket)?;
        self.files.create_multipart_upload(request).await
    }

    async fn copy_object(
        &self,
        request: S3Request<CopyObjectInput>,
    ) -> S3Result<S3Response<CopyObjectOutput>> {
        self.need_bucket(&request.input.bucket)?;
        self.files.copy_object(request).await
    }

    async fn list_objects(
        &self,
        request: S3Request<ListObjectsInput>,
    ) -> S3Result<S3Response<ListObjectsOutput>> {
        let bucket = request.input.bucket.clone();
        let mut answer = self.files.list_objects(request).await?;
        let listed = &mut answer.output;
        let names = [&mut listed.prefix, &mut listed.delimiter, &mut listed.marker, &mut listed.next_marker];
        let encoded = listed.encoding_type.is_some().then_some(names);
        let prefixes = listed.common_prefixes.as_mut();
        self.complete(&bucket, listed.contents.as_mut(), prefixes, encoded)
            .await;
        Ok(answer)
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let bucket = request.input.bucket.clone();
        let mut answer = self.files.list_objects_v2(request).await?;
        let listed = &mut answer.output;
        let names = [&mut listed.prefix, &mut listed.delimiter, &mut listed.start_after];
        let encoded = listed.encoding_type.is_some().then_some(names);
        let prefixes = listed.common_prefixes.as_mut();
        self.complete(&bucket, listed.contents.as_mut(), prefixes, encoded)
            .await;
        Ok(answer)
    }
}

/// All that a listing's `encoding-type=url` encodes in a name.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// Replaces a body by one that fails at its end when it is not what Content-MD5 says. s3s-fs then
/// stores nothing and reports a fault of its own; the flag tells why.
fn watch(
    content_md5: Option<&str>,
    body: &mut Option<StreamingBlob>,
) -> S3Result<Option<Arc<AtomicBool>>> {
    let Some(text) = content_md5 else {
        return Ok(None);
    };
    let expected = STANDARD
        .decode(text)
        .ok()
        .and_then(|digest| <[u8; 16]>::try_from(digest).ok())
        .ok_or_else(|| S3Error::new(S3ErrorCode::InvalidDigest))?;
    let Some(inner) = body.take() else {
        return Ok(None);
    };
    let wrong = Arc::new(AtomicBool::new(false));
    *body = Some(StreamingBlob::new(Watched {
        inner,
        digest: Some(Md5::new()),
        expected,
        wrong: Arc::clone(&wrong),
    }));
    Ok(Some(wrong))
}

fn refuse<T>(wrong: Option<Arc<AtomicBool>>, answer: S3Result<T>) -> S3Result<T> {
    match wrong {
        Some(wrong) if wrong.load(Ordering::Acquire) => Err(S3Error::new(S3ErrorCode::BadDigest)),
        _ => answer,
    }
}

struct Watched {
    inner: StreamingBlob,
    /// None when the end was seen.
    digest: Option<Md5>,
    expected: [u8; 16],
    wrong: Arc<AtomicBool>,
}

impl Stream for Watched {
    type Item = Result<Bytes, StdError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = std::task::ready!(Pin::new(&mut self.inner).poll_next(context));
        match &next {
            Some(Ok(bytes)) => {
                if let Some(digest) = &mut self.digest {
                    digest.update(bytes);
                }
            }
            Some(Err(_)) => self.digest = None,
            None => {
                let found = self.digest.take().map(Md5::finalize);
                if found.is_some_and(|found| found != self.expected) {
                    self.wrong.store(true, Ordering::Release);
                    return Poll::Ready(Some(Err("the body is not what Content-MD5 says".into())));
                }
            }
        }
        Poll::Ready(next)
    }
}

impl ByteStream for Watched {
    fn remaining_length(&self) -> RemainingLength {
        self.inner.remaining_length()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::TryStreamExt as _;

    /// MD5 of "words", in base64.
    const DIGEST: &str = "iXWeEoTiR5uZHSZp3hBJQg==";

    fn request<T>(input: T) -> S3Request<T> {
        S3Request {
            input,
            method: hyper::Method::PUT,
            uri: hyper::Uri::default(),
            headers: hyper::HeaderMap::default(),
            extensions: Default::default(),
            credentials: None,
            region: None,
            service: None,
            trailing_headers: None,
        }
    }

    fn words(bucket: &str, key: &str, content_md5: &str) -> S3Request<PutObjectInput> {
        request(PutObjectInput {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            content_md5: Some(content_md5.to_owned()),
            body: Some(StreamingBlob::from(s3s::Body::from(Bytes::from("words")))),
            ..Default::default()
        })
    }

    fn storage() -> (tempfile::TempDir, Storage) {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("bucket")).expect("a bucket");
        let storage = Storage::new(folder.path()).expect("a storage");
        (folder, storage)
    }

    #[tokio::test]
    async fn a_body_that_is_not_its_digest_leaves_nothing() {
        let (folder, storage) = storage();
        for (digest, code) in [
            ("AAAAAAAAAAAAAAAAAAAAAA==", S3ErrorCode::BadDigest),
            ("AAAA", S3ErrorCode::InvalidDigest),
            ("?", S3ErrorCode::InvalidDigest),
        ] {
            let error = storage
                .put_object(words("bucket", "a/b", digest))
                .await
                .expect_err("refused");
            assert_eq!(error.code(), &code);
        }
        let left = std::fs::read_dir(folder.path().join("bucket")).expect("the bucket");
        assert_eq!(left.count(), 0);

        storage
            .put_object(words("bucket", "a/b", DIGEST))
            .await
            .expect("stored");
        let input = GetObjectInput {
            bucket: "bucket".to_owned(),
            key: "a/b".to_owned(),
            ..Default::default()
        };
        let got = storage
            .get_object(request(input))
            .await
            .expect("the object");
        let chunks: Vec<Bytes> = got
            .output
            .body
            .expect("a body")
            .try_collect()
            .await
            .expect("its bytes");
        assert_eq!(chunks.concat(), b"words");
    }

    #[tokio::test]
    async fn writing_makes_no_bucket() {
        let (folder, storage) = storage();
        let put = storage.put_object(words("missing", "a", DIGEST)).await;
        assert_eq!(put.expect_err("refused").code(), &S3ErrorCode::NoSuchBucket);
        assert!(!folder.path().join("missing").exists());
    }

    #[tokio::test]
    async fn listings_have_tags_and_encode_names() {
        let (_folder, storage) = storage();
        storage
            .put_object(words("bucket", "a b/c+d", DIGEST))
            .await
            .expect("stored");
        for (encoding, expected) in [(None, "a b/c+d"), (Some("url"), "a%20b/c%2Bd")] {
            let input = ListObjectsV2Input {
                bucket: "bucket".to_owned(),
                encoding_type: encoding.map(|name| EncodingType::from(name.to_owned())),
                ..Default::default()
            };
            let answer = storage.list_objects_v2(request(input)).await;
            let objects = answer.expect("a listing").output.contents;
            let object = &objects.expect("objects")[0];
            assert_eq!(object.key.as_deref(), Some(expected));
            let tag = ETag::Strong("89759e1284e2479b991d2669de104942".to_owned());
            assert_eq!(object.e_tag.as_ref(), Some(&tag));
        }
    }
}
