//! Names that programs and people at machines use: paths, versions, addresses, ids, camel case.

/// Characters of the longest identifier.
const LONGEST: usize = 200;

/// The stretches of a text between white space, brackets, double quotes and marks that no identifier holds inside.
pub(super) fn chunks(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        (!rest.is_empty()).then(|| {
            let (chunk, after) = rest.split_at(chunk_len(rest));
            rest = after;
            chunk
        })
    })
}

/// Bytes up to and with the mark that ends the chunk; "::" ends none.
fn chunk_len(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let ends = match c {
            ':' if chars.next_if(|&(_, next)| next == ':').is_some() => false,
            '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | '"' | '`' | ',' | ';' | '=' | '|' | '!' | '?' | ':' => true,
            c => c.is_whitespace(),
        };
        if ends {
            return at + c.len_utf8();
        }
    }
    text.len()
}

/// The terms that a chunk of lower-case text is as a whole, beside those of its parts: "foo::bar", "src/main.rs" and
/// "main.rs", "1.2.3", "10.0.0.1", "cve-2024-1234", "c++"; none for plain words, however they are joined, nor for initials ("j.r.r").
pub(super) fn wholes(chunk: &str, mut take: impl FnMut(&str)) {
    if !chunk.bytes().any(is_joint) || chunk.len() > LONGEST || !chunk.is_ascii() {
        return;
    }
    let named = chunk.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '+' && c != '#');
    if matches!(named, "c++" | "c#" | "f#") {
        return take(named);
    }
    let whole = chunk.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let is_path = is_path(chunk, whole);
    if is_path || is_identifier(whole) {
        take(whole);
    }
    if is_path && let Some((_, file)) = whole.rsplit_once(['/', '\\']).filter(|(_, file)| is_identifier(file)) {
        take(file);
    }
}

fn is_joint(byte: u8) -> bool {
    matches!(byte, b'.' | b':' | b'/' | b'\\' | b'-' | b'@' | b'+' | b'#')
}

/// "/usr/bin/env", "~/notes.txt", "../lib", "//example.org/a", "c\windows", "src/main.rs".
fn is_path(chunk: &str, whole: &str) -> bool {
    let rooted = chunk.starts_with(['/', '~', '.']) || whole.rsplit('/').next().is_some_and(has_extension);
    whole.contains('\\') || whole.contains('/') && !whole.contains("//") && rooted
}

fn is_identifier(whole: &str) -> bool {
    let parts = || whole.split(|c: char| c.is_ascii() && is_joint(c as u8));
    let joined_by = |joint: char| whole.bytes().filter(|&byte| is_joint(byte)).all(|byte| byte == joint as u8);
    let count = parts().count();
    if count < 2 || parts().any(str::is_empty) {
        return whole.contains("::") && !whole.contains(":::");
    }
    whole.contains('@')
        || whole.contains('_')
        || joined_by('.')
            && (count > 2 && !parts().all(is_initial) || has_extension(whole) || letter_first_with_digit(whole))
        || joined_by('-') && is_numbered(whole, count)
}

fn is_initial(part: &str) -> bool {
    part.len() == 1 && part.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// "main.rs", "example.com".
fn has_extension(name: &str) -> bool {
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    !stem.is_empty() && EXTENSIONS.binary_search(&extension).is_ok()
}

/// "v1.2", "k8s.io", "log4j.core".
fn letter_first_with_digit(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.contains(|c: char| c.is_ascii_digit())
}

/// "cve-2024-1234", "550e8400-e29b-41d4-a716-446655440000", "2023-05-08".
fn is_numbered(name: &str, count: usize) -> bool {
    let with_digit = |part: &str| part.contains(|c: char| c.is_ascii_digit());
    let hex = name.split('-').all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let mut later = name.split('-').skip(1);
    count > 2 && with_digit(name) && (count > 4 && hex || later.all(with_digit))
}

/// The words of which a token in camel case is made, at least two, in its own letters: "parseHttpHeader", "HTTPServerError",
/// "getUser"; none for brands ("iPhone", "YouTube") and names ("McGee"), which are one word to their readers.
pub(super) fn humps(token: &str) -> Vec<&str> {
    let bytes = token.as_bytes();
    let cut = |&at: &usize| {
        let (before, here) = (bytes[at - 1], bytes[at]);
        let next_is_lower = bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        here.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_uppercase() && next_is_lower)
    };
    let cuts: Vec<usize> = (1..bytes.len()).filter(cut).collect();
    let small_first = bytes.first().is_some_and(u8::is_ascii_lowercase) && cuts.first().is_some_and(|&first| first > 1);
    if !token.is_ascii() || cuts.len() < 2 && !small_first {
        return vec![];
    }
    let starts = std::iter::once(0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain([token.len()]);
    starts.zip(ends).map(|(start, end)| &token[start..end]).collect()
}

/// Ends of the names of files and hosts; sorted.
#[rustfmt::skip]
const EXTENSIONS: [&str; 62] = [
    "app", "bat", "bin", "c", "cc", "cfg", "com", "conf", "cpp", "cs", "css", "csv", "db", "dev", "dll", "doc", "docx",
    "env", "exe", "gif", "go", "gz", "h", "hpp", "html", "ini", "io", "ipynb", "java", "jpeg", "jpg", "js", "json", "jsx",
    "kt", "lock", "log", "md", "mp3", "mp4", "net", "org", "pdf", "php", "png", "proto", "py", "rb", "rs", "sh", "sql",
    "sqlite", "svg", "tar", "toml", "ts", "tsx", "txt", "xml", "yaml", "yml", "zip",
];
