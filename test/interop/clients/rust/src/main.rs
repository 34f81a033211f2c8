//! Answers requests with the Rust crate credstash: see ../../../clients.ts.

use std::collections::HashMap;
use std::env;
use std::io;

use credstash::{CredStashClient, CredStashCredential};
use ring::hmac;
use rusoto_core::Region;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Request {
    name: String,
    value: Option<String>,
    version: Option<String>,
    #[serde(default)]
    next: bool,
    digest: Option<String>,
    context: HashMap<String, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Answer {
    Value(String),
    Error(String),
    Lacks(&'static str),
    Stored(bool),
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let region = Region::Custom {
        name: env::var("AWS_REGION").unwrap(),
        endpoint: env::var("AWS_ENDPOINT_URL").unwrap(),
    };
    let credentials = CredStashCredential::DefaultCredentialsProvider;
    let client = CredStashClient::new(credentials, Some(region)).unwrap();
    let requests: Vec<Request> = serde_json::from_reader(io::stdin()).unwrap();
    let mut answers = vec![];
    for request in requests {
        answers.push(answer(&client, request).await);
    }
    serde_json::to_writer(io::stdout(), &answers).unwrap();
}

async fn answer(client: &CredStashClient, request: Request) -> Answer {
    let table = env::var("CREDSTASH_TABLE").unwrap();
    let context = request.context.into_iter().collect();
    let version: Option<u64> = match request.version.map(|version| version.parse()) {
        None => None,
        Some(Ok(version)) => Some(version),
        Some(Err(_)) => return Answer::Lacks("Its versions are numbers."),
    };
    let digest = match request.digest.as_deref() {
        Some("SHA") => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        None | Some("SHA256") => hmac::HMAC_SHA256,
        Some("SHA384") => hmac::HMAC_SHA384,
        Some("SHA512") => hmac::HMAC_SHA512,
        _ => return Answer::Lacks("It has no such digest."),
    };

    let Some(value) = request.value else {
        return match client
            .get_secret(table, request.name, context, version)
            .await
        {
            Ok(item) => Answer::Value(hex::encode(item.credential_value)),
            Err(error) => Answer::Error(format!("{error:?}")),
        };
    };
    let Ok(value) = String::from_utf8(hex::decode(value).unwrap()) else {
        return Answer::Lacks("It takes text.");
    };
    let stored = if request.next {
        client
            .put_secret_auto_version(table, request.name, value, None, context, None, digest)
            .await
    } else {
        client
            .put_secret(
                table,
                request.name,
                value,
                None,
                context,
                version,
                None,
                digest,
            )
            .await
    };
    match stored {
        Ok(_) => Answer::Stored(true),
        Err(error) => Answer::Error(format!("{error:?}")),
    }
}
