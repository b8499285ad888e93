//! Where V2 is.

use std::path::PathBuf;

use super::{Faults, Variables};
use crate::env_vars as env;
use crate::secret::Secret;

/// A Google service account.
#[derive(Debug, Clone)]
pub struct ServiceAccount {
    /// Its e-mail address.
    pub client_email: String,
    /// Its private key, PEM.
    pub private_key: Secret,
}

impl ServiceAccount {
    fn read(variables: &Variables<'_>, faults: &mut Faults) -> Self {
        let key = variables.require(env::FIREBASE_PRIVATE_KEY, faults);
        let key = key.trim_matches('"').replace("\\n", "\n");
        if !key.is_empty() && !key.contains("-----BEGIN") {
            faults.add(
                env::FIREBASE_PRIVATE_KEY,
                "is no PEM key",
                "copy private_key of the service account's JSON file, \\n included",
            );
        }
        Self {
            client_email: variables.require(env::FIREBASE_CLIENT_EMAIL, faults),
            private_key: Secret::new(key),
        }
    }
}

/// Where V2's documents are.
#[derive(Debug, Clone)]
pub enum DocumentSourceSettings {
    /// The Firestore REST API.
    Firestore {
        /// The project.
        project: String,
        /// The database, `(default)` where none is named.
        database: String,
        /// `host:port` of an emulator.
        emulator: Option<String>,
        /// Who reads; an emulator asks nobody.
        account: Option<ServiceAccount>,
    },
    /// A managed export.
    Export {
        /// The folder with `*.overall_export_metadata`.
        dir: PathBuf,
        /// The project that its documents should be of, where one is named.
        project: Option<String>,
    },
    /// A managed export in a bucket.
    BucketExport {
        /// The bucket's name.
        bucket: String,
        /// The folder in it with `*.overall_export_metadata`, without slashes at its ends.
        path: String,
        /// `http://host:port` of an emulator.
        emulator: Option<String>,
        /// Who reads; an emulator asks nobody.
        account: Option<ServiceAccount>,
        /// The project that pays, where the bucket's owner does not.
        user_project: Option<String>,
        /// The project that its documents should be of, where one is named.
        project: Option<String>,
    },
    /// A folder of `<collection>.ndjson` files.
    Files {
        /// The folder.
        dir: PathBuf,
        /// The project that its documents should be of, where one is named.
        project: Option<String>,
    },
}

impl DocumentSourceSettings {
    /// Reads `V2_FIRESTORE`, and what it needs.
    pub fn read(variables: &Variables<'_>, faults: &mut Faults) -> Option<Self> {
        let Some(locator) = variables.get(env::V2_FIRESTORE) else {
            let Some(project) = variables.get(env::FIREBASE_PROJECT_ID) else {
                faults.add(
                    env::V2_FIRESTORE,
                    "and FIREBASE_PROJECT_ID are not set",
                    "say where V2's documents are: firestore://PROJECT, gs://BUCKET/PATH, \
                     export://DIR or file://DIR",
                );
                return None;
            };
            return Some(Self::firestore(project, None, variables, faults));
        };
        let forms =
            "write firestore://PROJECT[/DATABASE], gs://BUCKET/PATH, export://DIR or file://DIR";
        match locator.split_once("://") {
            Some((_, "")) => faults.add(env::V2_FIRESTORE, "names nothing behind ://", forms),
            Some(("firestore", rest)) => {
                let (project, database) = match rest.trim_end_matches('/').split_once('/') {
                    None => (rest.trim_end_matches('/'), None),
                    Some((project, database)) => (project, Some(database.to_owned())),
                };
                return Some(Self::firestore(
                    project.to_owned(),
                    database,
                    variables,
                    faults,
                ));
            }
            Some(("gs", place)) if !place.starts_with('/') => {
                let (bucket, path) = place.split_once('/').unwrap_or((place, ""));
                let emulator = variables.get(env::STORAGE_EMULATOR_HOST);
                let account = emulator
                    .is_none()
                    .then(|| ServiceAccount::read(variables, faults));
                return Some(Self::BucketExport {
                    bucket: bucket.to_owned(),
                    path: path.trim_matches('/').to_owned(),
                    emulator,
                    account,
                    user_project: variables.get(env::V2_AUDIO_USER_PROJECT),
                    project: variables.get(env::FIREBASE_PROJECT_ID),
                });
            }
            // An export is named by its bucket, not as a folder called gs:.
            Some(("export", dir)) if dir.starts_with("gs:") => faults.add(
                env::V2_FIRESTORE,
                &format!("is {locator:?}"),
                "an export in a bucket is written gs://BUCKET/PATH, without export://",
            ),
            Some(("export", dir)) => {
                return Some(Self::Export {
                    dir: dir.into(),
                    project: variables.get(env::FIREBASE_PROJECT_ID),
                });
            }
            Some(("file", dir)) => {
                return Some(Self::Files {
                    dir: dir.into(),
                    project: variables.get(env::FIREBASE_PROJECT_ID),
                });
            }
            // What stands before an @ may be a password.
            Some((scheme, rest)) if rest.contains('@') => {
                let shown = format!("{scheme}://…");
                faults.add(env::V2_FIRESTORE, &format!("is {shown:?}"), forms);
            }
            _ => faults.add(env::V2_FIRESTORE, &format!("is {locator:?}"), forms),
        }
        None
    }

    fn firestore(
        project: String,
        database: Option<String>,
        variables: &Variables<'_>,
        faults: &mut Faults,
    ) -> Self {
        let emulator = variables.get(env::FIRESTORE_EMULATOR_HOST);
        let account = emulator
            .is_none()
            .then(|| ServiceAccount::read(variables, faults));
        Self::Firestore {
            project,
            database: database.unwrap_or_else(|| "(default)".into()),
            emulator,
            account,
        }
    }
}

/// Where V2's recordings are.
#[derive(Debug, Clone)]
pub enum AudioSourceSettings {
    /// A Cloud Storage bucket.
    Bucket {
        /// Its name.
        bucket: String,
        /// `http://host:port` of an emulator.
        emulator: Option<String>,
        /// Who reads; an emulator asks nobody.
        account: Option<ServiceAccount>,
        /// The project that pays, where the bucket's owner does not.
        user_project: Option<String>,
    },
    /// A folder.
    Folder {
        /// `dir/<bucket>`, which is meant when it exists.
        bucket_dir: Option<PathBuf>,
        /// The folder itself.
        dir: PathBuf,
        /// The bucket whose content the folder is, for the objects' `gs://` URIs.
        bucket: Option<String>,
    },
}

impl AudioSourceSettings {
    /// Reads `V2_AUDIO`, and what it needs.
    pub fn read(variables: &Variables<'_>, faults: &mut Faults) -> Option<Self> {
        let bucket = variables.get(env::FIREBASE_STORAGE_BUCKET).map(|name| {
            name.trim_start_matches("gs://")
                .trim_end_matches('/')
                .to_owned()
        });
        let locator = match (variables.get(env::V2_AUDIO), &bucket) {
            (Some(locator), _) => locator,
            (None, Some(bucket)) => format!("gs://{bucket}"),
            (None, None) => {
                faults.add(
                    env::V2_AUDIO,
                    "and FIREBASE_STORAGE_BUCKET are not set",
                    "say where V2's recordings are: gs://BUCKET or file://DIR",
                );
                return None;
            }
        };
        match locator.split_once("://") {
            Some(("gs", name)) if !name.is_empty() => {
                let emulator = variables.get(env::STORAGE_EMULATOR_HOST);
                let account = emulator
                    .is_none()
                    .then(|| ServiceAccount::read(variables, faults));
                Some(Self::Bucket {
                    bucket: name.trim_end_matches('/').to_owned(),
                    emulator,
                    account,
                    user_project: variables.get(env::V2_AUDIO_USER_PROJECT),
                })
            }
            Some(("file", dir)) if !dir.is_empty() => {
                let dir = PathBuf::from(dir);
                Some(Self::Folder {
                    bucket_dir: bucket.as_ref().map(|bucket| dir.join(bucket)),
                    dir,
                    bucket,
                })
            }
            _ => {
                faults.add(
                    env::V2_AUDIO,
                    &format!("is {locator:?}"),
                    "write gs://BUCKET or file://DIR",
                );
                None
            }
        }
    }
}
