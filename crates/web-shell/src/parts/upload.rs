//! Reads a form with a file in it (`multipart/form-data`), up to a limit.

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;
use crate::site::Site;

/// The largest total size of the fields beside the file, in bytes.
const FIELDS: usize = 64 * 1024;

/// The largest number of fields that are read.
const MOST_FIELDS: usize = 50;

/// The content of the form: text fields, and the file if one was chosen.
#[derive(Default)]
pub struct Upload {
    fields: Vec<(String, String)>,
    /// The file's name and content.
    pub file: Option<(String, Vec<u8>)>,
}

impl Upload {
    /// Returns a field's value; empty if the field is missing.
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }
}

fn refused(status: StatusCode, why: &str) -> Response {
    Problem::new(status, why).into_response()
}

impl FromRequest<Site> for Upload {
    type Rejection = Response;

    async fn from_request(request: Request, _site: &Site) -> Result<Self, Response> {
        let kind =
            request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(kind).map_err(|_| {
            refused(StatusCode::UNPROCESSABLE_ENTITY, "The form did not come with a file. Use the page.")
        })?;
        let limit = u64::try_from(kernel::imports::MOST_BYTES + FIELDS).unwrap_or(u64::MAX);
        let limits = multer::SizeLimit::new().whole_stream(limit);
        let mut parts = multer::Multipart::with_constraints(
            request.into_body().into_data_stream(),
            boundary,
            multer::Constraints::new().size_limit(limits),
        );
        read(&mut parts).await.map_err(|error| {
            let large = matches!(error, multer::Error::StreamSizeExceeded { .. });
            if large {
                refused(StatusCode::PAYLOAD_TOO_LARGE, "The file is too large. Split it and send the parts.")
            } else {
                refused(StatusCode::UNPROCESSABLE_ENTITY, "The form broke off. Send it again.")
            }
        })
    }
}

async fn read(parts: &mut multer::Multipart<'_>) -> Result<Upload, multer::Error> {
    let mut upload = Upload::default();
    while let Some(part) = parts.next_field().await? {
        let name = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(str::to_owned) {
            Some(file) => {
                let bytes = part.bytes().await?;
                // A browser sends an empty file where none was chosen.
                if !bytes.is_empty() {
                    upload.file = Some((file, bytes.to_vec()));
                }
            }
            None if upload.fields.len() < MOST_FIELDS => upload.fields.push((name, part.text().await?)),
            None => {}
        }
    }
    Ok(upload)
}
