//! The name of a memory service: the file `name` beside its database, made with that. It stands for what the database
//! keeps, so that a database that begins anew has another name.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use application::ports::long_term::ServiceId;
use uuid::Uuid;

/// The name of a folder: what it has, unless the database is a new one; else the proposed name, kept from now on.
pub(crate) fn of(folder: &Path, anew: bool, proposed: Uuid) -> io::Result<ServiceId> {
    let file = folder.join("name");
    let had = if anew { None } else { read(&file)? };
    if let Some(name) = had {
        return Ok(ServiceId(name));
    }
    let fresh = folder.join("name.new");
    let mut written = File::create(&fresh)?;
    writeln!(written, "{proposed}")?;
    written.sync_all()?;
    fs::rename(&fresh, &file)?;
    File::open(folder)?.sync_all()?;
    Ok(ServiceId(proposed))
}

/// What is no name counts as none: another is made, and everything is told again.
fn read(file: &Path) -> io::Result<Option<Uuid>> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Uuid::parse_str(text.trim()).ok().filter(|name| !name.is_nil())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(None),
        Err(error) => Err(error),
    }
}
