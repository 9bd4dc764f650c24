//! Requests with tokens, ready to be sent, in a file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::thread;

use anyhow::{Context, Result, anyhow, ensure};
use local_issuer::{Mint, ProviderHandle, TokenKind};

use benchmarks::{PRIVATE, request};

/// As many tokens are made before they are written.
const BATCH: usize = 20_000;

/// Requests of the same length, each with another token.
pub struct RequestFile {
    path: PathBuf,
    length: usize,
    count: usize,
}

impl RequestFile {
    /// Makes so many tokens of one caller, on all cores: an RSA signature takes 20 times as long to make as to check.
    pub fn write(path: PathBuf, issuer: &ProviderHandle, count: usize) -> Result<Self> {
        let mint = issuer.mint("admin", TokenKind::Access)?;
        let length = request(PRIVATE, &token(&mint, 0)?).len();
        let mut file = BufWriter::new(File::create(&path)?);
        for first in (0..count).step_by(BATCH) {
            for request in requests(&mint, first, BATCH.min(count - first))? {
                ensure!(request.len() == length, "tokens are not equally long");
                file.write_all(&request)?;
            }
        }
        file.flush()?;
        Ok(Self {
            path,
            length,
            count,
        })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The arguments of the script that sends the first `count` of them.
    pub fn arguments(&self, count: usize) -> [String; 3] {
        [
            self.path.display().to_string(),
            self.length.to_string(),
            count.min(self.count).to_string(),
        ]
    }
}

/// A token whose number makes it another one, and no longer.
pub fn token(mint: &Mint, number: usize) -> Result<String> {
    let mint = mint.clone().claim("number", format!("{number:08}"));
    Ok(mint.token()?)
}

fn requests(mint: &Mint, first: usize, count: usize) -> Result<Vec<Vec<u8>>> {
    let threads = thread::available_parallelism()?.get();
    let each = count.div_ceil(threads);
    let numbers: Vec<usize> = (first..first + count).collect();
    thread::scope(|scope| {
        let some = |numbers: &[usize]| -> Result<Vec<Vec<u8>>> {
            let one = |number: &usize| Ok(request(PRIVATE, &token(mint, *number)?));
            numbers.iter().map(one).collect()
        };
        let parts: Vec<_> = numbers
            .chunks(each)
            .map(|numbers| scope.spawn(move || some(numbers)))
            .collect();
        let mut all = Vec::with_capacity(count);
        for part in parts {
            let made = part.join().map_err(|_| anyhow!("making tokens failed"))?;
            all.extend(made.context("a token")?);
        }
        Ok(all)
    })
}
