//! Cursors: only what the service has written for that tenant and that list is read, and it is read as it was written.

use domain::memory::Seq;
use domain::tenant::Tenant;
use somabrain_http::cursor::Cursors;

use crate::choices::Choices;

const TENANTS: [&str; 4] = ["a", "ab", "acme", "acme-2"];
const LISTS: [&str; 5] = ["", "a", "b", "None Filter", "None Filter "];

#[test]
fn cursors() {
    let cursors = Cursors::new([7; 32]);
    let other = Cursors::new([8; 32]);
    bolero::check!().for_each(|input: &[u8]| {
        let mut choices = Choices::new(input);
        let mut tenant = || Tenant::try_new(choices.of(&TENANTS)).expect("a plain name");
        let (writer, reader) = (tenant(), tenant());
        let (written_for, read_for) = (choices.of(&LISTS), choices.of(&LISTS));
        let place = Seq(choices.number().cast_signed());
        let cursor = cursors.write(&writer, written_for, place);
        let given = match choices.below(4) {
            0 => cursor.clone(),
            1 => other.write(&writer, written_for, place),
            2 => {
                let mut changed = cursor.clone().into_bytes();
                for _ in 0..choices.below(4) + 1 {
                    let at = choices.below(changed.len());
                    changed[at] = choices.of(b"0123456789abcdefABCDEF");
                }
                String::from_utf8(changed).expect("digits")
            }
            _ => String::from_utf8_lossy(choices.rest()).into_owned(),
        };
        // Nobody can make one without the key, so that the only good one is the one that was written here.
        let is_good = given == cursor && writer == reader && written_for == read_for;
        match cursors.read(&reader, read_for, &given) {
            Ok(read) => assert!(is_good && read == place, "read though never written for {reader} and {read_for:?}"),
            Err(_) => assert!(!is_good, "it was written"),
        }
    });
}
