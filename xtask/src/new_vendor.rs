//! `cargo xtask new-vendor`: a vendor that builds, sends and receives from the first minute, to be filled with its
//! book.
//!
//! Everything of a vendor stands in folders of its own; the shared files get the few lines that name it.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};

use crate::{shell, workspace};

/// What a new vendor is called.
struct Name {
    /// The word used everywhere: lower-case letters.
    word: String,
    /// The type's name.
    type_name: String,
}

/// A line that goes into a shared file, before the first line that holds a text.
struct Line {
    file: &'static str,
    before: &'static str,
    text: &'static str,
}

/// The lines by which the shared files come to know a vendor.
const LINES: [Line; 6] = [
    Line {
        file: "crates/model/src/vendor.rs",
        before: "}\n\n/// What is true of a vendor",
        text: "    /// {{Title}}.\n    {{Name}},\n",
    },
    Line {
        file: "crates/model/src/vendor.rs",
        before: "];\n\nconst fn row(",
        text: "    row(Vendor::{{Name}}, \"{{name}}\", (\"{{Title}}\", \"{{Title}}\"), Platform::Android, &[\"{{name}}\"], {{number}}),\n",
    },
    Line {
        file: "crates/vendors/src/lib.rs",
        before: "\nuse std::collections::BTreeMap;",
        text: "pub mod {{name}};\n",
    },
    Line {
        file: "crates/vendors/src/lib.rs",
        before: "    }\n}\n\n/// A certificate's form with these values",
        text: "        Vendor::{{Name}} => &{{name}}::{{Name}},\n",
    },
    Line { file: "crates/simulator/src/lib.rs", before: "\nuse std::{", text: "mod {{name}};\n" },
    Line {
        file: "crates/simulator/src/vendor.rs",
        before: "                },\n            )\n        };\n        let books",
        text: "                    Vendor::{{Name}} => crate::{{name}}::open(shared),\n",
    },
];

pub(crate) fn run(word: &str) -> Result<()> {
    let fits = (2..=12).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase());
    ensure!(fits, "a vendor's name has 2 to 12 lower-case letters: cargo xtask new-vendor demo");
    let (head, tail) = word.split_at(1);
    let name = Name { word: word.to_owned(), type_name: head.to_ascii_uppercase() + tail };
    let root = workspace::root();
    let adapter = root.join("crates/vendors/src").join(word);
    ensure!(!adapter.exists(), "there is a vendor of this name");
    let number = fs::read_to_string(root.join(LINES[0].file))?.matches("row(Vendor::").count() + 5;
    let fill = |text: &str| name.fill(text, number);

    let templates = root.join("xtask/templates");
    copy(&templates.join("adapter"), &adapter, &fill)?;
    copy(&templates.join("vectors"), &root.join("testdata/vendors").join(word), &fill)?;
    let simulator = fill(&fs::read_to_string(templates.join("simulator.rs"))?);
    fs::write(root.join("crates/simulator/src").join(word).with_extension("rs"), simulator)?;
    let mut files: Vec<&str> = Vec::new();
    let mut lines = 0;
    for line in &LINES {
        let path = root.join(line.file);
        let text = fs::read_to_string(&path)?;
        let at = text.find(line.before).with_context(|| format!("{}: its shape has changed", line.file))?;
        let added = fill(line.text);
        lines += added.lines().count();
        fs::write(path, format!("{}{added}{}", &text[..at], &text[at..]))?;
        if !files.contains(&line.file) {
            files.push(line.file);
        }
    }
    shell::run("cargo", &["fmt", "--all"])?;
    println!("{word}: its own folders are made; {lines} lines were added to {} shared files:", files.len());
    files.iter().for_each(|file| println!("  {file}"));
    println!("next: read the vendor's book into crates/vendors/src/{word}, and again, without looking, into");
    println!("crates/simulator/src/{word}.rs; write vectors into testdata/vendors/{word}, then");
    println!(
        "`VENDOR={word} UPDATE_GOLDEN=1 cargo test -p posthouse-vendors golden`, and read every want.json"
    );
    Ok(())
}

impl Name {
    fn fill(&self, text: &str, number: usize) -> String {
        text.replace("{{Name}}", &self.type_name)
            .replace("{{Title}}", &self.type_name)
            .replace("{{title_zh}}", &self.type_name)
            .replace("{{name}}", &self.word)
            .replace("{{number}}", &number.to_string())
    }
}

fn copy(from: &Path, to: &Path, fill: &impl Fn(&str) -> String) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target, fill)?;
        } else {
            fs::write(target, fill(&fs::read_to_string(entry.path())?))?;
        }
    }
    Ok(())
}
