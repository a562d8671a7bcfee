//! `posthouse credentials`: what the simulated vendors' consoles would give an operator, to fill into a form.

use std::path::PathBuf;

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use clap::{Args, Subcommand, ValueEnum};
use model::{Environment, Vendor};
use serde_json::json;
use simulator::{Credential, IssuedP12, WantedP12};

use crate::{address::Address, api::Api, sample::PACKAGE};

/// Which credential.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// What the console of a vendor shows of the registered apps.
    Show {
        /// Which vendor, such as `huawei`.
        vendor: Vendor,
    },
    /// Registers another app with a vendor, and shows what its console would.
    New {
        /// Which vendor, such as `huawei`.
        vendor: Vendor,
        /// Package name of the app.
        #[arg(long, default_value = PACKAGE)]
        package: String,
    },
    /// A new APNs client certificate as a p12 file; its password is printed.
    ApnsP12 {
        /// The environment it is for.
        #[arg(long, value_enum, default_value_t = For::Development)]
        environment: For,
        /// Where to write the file.
        #[arg(long, default_value = "apns-sample.p12")]
        write: PathBuf,
    },
}

/// An environment to issue for.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum For {
    /// Builds signed for development.
    Development,
    /// App Store builds.
    Production,
    /// One merged certificate for both.
    Both,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let address = Address::read()?;
    let simulator = address.simulator_url.as_deref().zip(address.simulator_key.as_deref());
    let (url, key) = simulator.context("the running Posthouse has no simulator")?;
    let api = Api::new(url, key);
    match options.what {
        What::Show { vendor } => {
            let apps: Vec<Credential> = api.get(&format!("/credentials/{vendor}")).await?;
            apps.iter().for_each(print);
        }
        What::New { vendor, package } => {
            let wanted = json!({ "package": package });
            print(&api.post(&format!("/credentials/{vendor}"), &wanted).await?);
        }
        What::ApnsP12 { environment, write } => {
            let environments = match environment {
                For::Development => vec![Environment::Development],
                For::Production => vec![Environment::Production],
                For::Both => vec![Environment::Development, Environment::Production],
            };
            let wanted = WantedP12 { bundle: PACKAGE.to_owned(), environments, valid_ms: None };
            let issued: IssuedP12 = api.post("/credentials/apns-p12", &wanted).await?;
            let bytes = STANDARD.decode(&issued.p12).context("the simulator's p12 does not read")?;
            std::fs::write(&write, bytes)
                .with_context(|| format!("{} cannot be written", write.display()))?;
            println!("file      {}", write.display());
            println!("password  {}", issued.password);
        }
    }
    Ok(())
}

fn print(credential: &Credential) {
    for (field, value) in credential {
        println!("{field:<16}  {value}");
    }
    println!();
}
