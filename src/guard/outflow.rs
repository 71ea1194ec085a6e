//! A server's lines on their way to the client: what of them is passed on, and when. Pure: bytes in, bytes out.
//!
//! A line is passed on when it is whole, so that the client never sees half of one from a server that died. The exception
//! is a long answer, whose bytes are passed on as they come: nobody has to keep it, and the client has its beginning
//! while the server still writes. Where its server dies in the middle the line is ended for the client.

use memchr::memchr_iter;

use super::conversation::Fate;
use super::scan::Scan;

/// An answer that is longer than this is passed on as it comes, in bytes: nearly all are shorter, and to keep those back
/// for their end costs little.
pub(super) const LONG: usize = 16 * 1024;

/// What has to be known of the lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Looks {
    /// Which request an answer answers; of everything else the whole line.
    AtAnswers,
    /// The whole line, also of an answer.
    AtEverything,
}

/// A line that is complete, as far as it has to be known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Seen<'a> {
    /// An answer to the request of this identifier: nothing else of it is read, and it is passed on as it is.
    Answer(&'a [u8]),
    Line(&'a [u8]),
}

/// What is to be passed on.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Passed<'a> {
    /// What came before.
    pub(super) head: Vec<u8>,
    /// What has just come.
    pub(super) rest: &'a [u8],
}

/// One server's output between what has come and what was passed on.
#[derive(Debug, Default)]
pub(super) struct Outflow {
    /// What of a line is not passed on yet.
    kept: Vec<u8>,
    scan: Scan,
    /// The beginning of the line was passed on, and so is the rest as it comes.
    is_begun: bool,
    /// The client has got the beginning of a line, of which it has not got the end.
    is_open: bool,
}

impl Outflow {
    /// What has no end of a line yet, and was not passed on.
    pub(super) fn kept(&self) -> &[u8] {
        &self.kept
    }

    /// Whether the client has the beginning of a line, but not its end.
    pub(super) const fn is_within_a_line(&self) -> bool {
        self.is_open
    }

    /// Forgets what was not passed on.
    pub(super) fn clear(&mut self) {
        *self = Self { is_open: self.is_open, ..Self::default() };
    }

    /// Bytes that are passed on as they are, whatever they mean.
    pub(super) fn goes_by(&mut self, bytes: &[u8]) {
        if let Some(last) = bytes.last() {
            self.is_open = *last != b'\n';
        }
    }

    /// Its server is gone. What the client must get before it gets anything else, and the request that is answered by
    /// that, where the end of its line was all that the answer lacked.
    pub(super) fn ends(&mut self) -> (&'static [u8], Option<Vec<u8>>) {
        let was_open = std::mem::take(&mut self.is_open);
        let is_begun = std::mem::take(&mut self.is_begun);
        let answers = self.scan.end().filter(|_| is_begun).map(<[u8]>::to_vec);
        if was_open { (b"\n", answers) } else { (b"", None) }
    }

    /// Takes a piece. `look` is asked for the fate of each line, and cannot change that of an answer.
    pub(super) fn add<'a>(
        &mut self,
        piece: &'a [u8],
        looks: Looks,
        mut look: impl FnMut(Seen<'_>) -> Fate,
    ) -> Passed<'a> {
        let mut head = std::mem::take(&mut self.kept);
        let mut done = 0;
        // What is passed on in place of what has come, from the first line on that is changed.
        let mut changed: Option<Vec<u8>> = None;
        for end in memchr_iter(b'\n', piece) {
            let line = piece.get(done..=end).unwrap_or_default();
            let fate = self.fate(if done == 0 { &head } else { b"" }, line, looks, &mut look);
            if changed.is_none() && fate != Fate::Passed {
                let before = piece.get(..done).filter(|before| !before.is_empty());
                changed = Some(before.map_or_else(Vec::new, |before| [&head, before].concat()));
            }
            if let Some(changed) = &mut changed {
                match fate {
                    Fate::Passed => changed.extend_from_slice(line),
                    Fate::Replaced(other) => changed.extend_from_slice(&other),
                    Fate::Dropped => {}
                }
            }
            done = end + 1;
        }
        let (whole, tail) = piece.split_at(done);
        self.scan.add(tail);
        let is_long = tail.len() + if done == 0 { head.len() } else { 0 } > LONG;
        self.is_begun |= is_long && looks == Looks::AtAnswers && self.scan.is_answer();
        if done > 0 || self.is_begun {
            self.is_open = self.is_begun;
        }
        match changed {
            Some(head) if self.is_begun => Passed { head: [&head, tail].concat(), rest: b"" },
            None if self.is_begun => Passed { head, rest: piece },
            Some(head) => {
                self.kept.extend_from_slice(tail);
                Passed { head, rest: b"" }
            }
            None if done > 0 => {
                self.kept.extend_from_slice(tail);
                Passed { head, rest: whole }
            }
            None => {
                head.extend_from_slice(tail);
                self.kept = head;
                Passed { head: Vec::new(), rest: b"" }
            }
        }
    }

    /// What becomes of a line that is complete now.
    fn fate(
        &mut self,
        head: &[u8],
        line: &[u8],
        looks: Looks,
        look: &mut impl FnMut(Seen<'_>) -> Fate,
    ) -> Fate {
        self.scan.add(line.strip_suffix(b"\n").unwrap_or(line));
        // What was begun cannot be taken back.
        let is_begun = std::mem::take(&mut self.is_begun);
        match self.scan.end() {
            Some(id) if is_begun || looks == Looks::AtAnswers => {
                let _ = look(Seen::Answer(id));
                Fate::Passed
            }
            Some(_) | None if is_begun => Fate::Passed,
            Some(_) | None if head.is_empty() => look(Seen::Line(line)),
            Some(_) | None => look(Seen::Line(&[head, line].concat())),
        }
    }

    /// Has what is kept passed on although it has no end, and what follows as it comes.
    pub(super) fn gives_way(&mut self) -> Vec<u8> {
        self.is_begun = true;
        self.is_open = true;
        std::mem::take(&mut self.kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is passed on of these pieces, and which lines are looked at.
    fn pass(outflow: &mut Outflow, pieces: &[&[u8]], looks: Looks) -> (Vec<u8>, Vec<String>) {
        let (mut all, mut seen) = (Vec::new(), Vec::new());
        for piece in pieces {
            let passed = outflow.add(piece, looks, |line| {
                let line = match line {
                    Seen::Answer(id) => &[b"answer to ", id].concat(),
                    Seen::Line(line) => line,
                };
                seen.push(String::from_utf8_lossy(line).into_owned());
                match line {
                    [b'd', ..] => Fate::Dropped,
                    [b'r', ..] => Fate::Replaced(b"REPLACED\n".to_vec()),
                    _ => Fate::Passed,
                }
            });
            all.extend([&passed.head, passed.rest].concat());
        }
        (all, seen)
    }

    #[test]
    fn lines_are_passed_on_when_they_are_whole() {
        let mut outflow = Outflow::default();
        let (all, _) = pass(&mut outflow, &[b"ab", b"c\nge", b"f", b"\n", b"g\nhi\nj"], Looks::AtAnswers);
        assert_eq!(all, b"abc\ngef\ng\nhi\n");
        assert_eq!(outflow.kept(), b"j");
        assert_eq!(outflow.ends(), (&b""[..], None), "the client has whole lines");
    }

    #[test]
    fn lines_are_changed_and_left_out_wherever_they_are_cut() {
        for stream in ["a\nr1\nb\nd\nd\nc\n", "r\nd\n", "d\na\nr\n", "\nd\n\n"] {
            let lines = stream.split_inclusive('\n').map(|line| match line.as_bytes() {
                [b'd', ..] => "",
                [b'r', ..] => "REPLACED\n",
                _ => line,
            });
            let expected: String = lines.collect();
            for first in 0..=stream.len() {
                for second in first..=stream.len() {
                    let (pieces, mut outflow) = (stream.as_bytes(), Outflow::default());
                    let pieces = [&pieces[..first], &pieces[first..second], &pieces[second..]];
                    let (all, seen) = pass(&mut outflow, &pieces, Looks::AtEverything);
                    assert_eq!(String::from_utf8_lossy(&all), expected, "{pieces:?}");
                    assert_eq!(seen.concat(), stream);
                }
            }
        }
    }

    #[test]
    fn a_long_answer_is_passed_on_as_it_comes_and_known_before_it_ends() {
        let long = format!("{{\"result\":\"{}", "x".repeat(LONG));
        let mut outflow = Outflow::default();
        let (all, seen) = pass(&mut outflow, &[b"a\n", long.as_bytes()], Looks::AtAnswers);
        assert!(all.ends_with(b"xxx") && seen == ["a\n"], "it is under way");
        let (all, seen) = pass(&mut outflow, &[b"\",\"id\"", b":7}\nb"], Looks::AtAnswers);
        assert_eq!((all.as_slice(), outflow.kept()), (&b"\",\"id\":7}\n"[..], &b"b"[..]));
        assert_eq!(seen, ["answer to 7"]);
    }

    #[test]
    fn a_long_answer_that_begins_behind_another_line_is_passed_on_with_it() {
        let long = format!("{{\"id\":7,\"result\":\"{}", "x".repeat(LONG));
        for (before, expected) in [("a\n", "a\n"), ("r\n", "REPLACED\n"), ("a\nd\n", "a\n")] {
            let mut outflow = Outflow::default();
            let piece = format!("{before}{long}");
            let (all, _) = pass(&mut outflow, &[piece.as_bytes()], Looks::AtAnswers);
            assert!(all == format!("{expected}{long}").into_bytes(), "{before}");
            assert!(outflow.is_within_a_line() && outflow.kept().is_empty());
            let (all, seen) = pass(&mut outflow, &[b"\"}\nb\n"], Looks::AtAnswers);
            assert_eq!((all.as_slice(), seen), (&b"\"}\nb\n"[..], vec!["answer to 7".into(), "b\n".into()]));
            assert!(!outflow.is_within_a_line());
        }
    }

    #[test]
    fn a_long_line_that_is_no_answer_or_has_to_be_read_is_kept_whole() {
        let long = |begin: &str| format!("{begin}{}", "x".repeat(LONG));
        for (begin, looks) in [
            ("{\"method\":\"m\",\"params\":\"", Looks::AtAnswers),
            ("[{\"result\":\"", Looks::AtAnswers),
            ("no JSON", Looks::AtAnswers),
            ("{\"result\":\"", Looks::AtEverything),
        ] {
            let (long, mut outflow) = (long(begin), Outflow::default());
            assert_eq!(pass(&mut outflow, &[long.as_bytes()], looks).0, b"", "{begin}");
            let (all, seen) = pass(&mut outflow, &[b"\n"], looks);
            assert_eq!((all.len(), seen.len()), (long.len() + 1, 1), "{begin}");
        }
    }

    #[test]
    fn of_a_server_that_died_in_the_middle_the_client_gets_the_end_of_a_line() {
        let long = format!("{{\"id\":7,\"result\":\"{}", "x".repeat(LONG));
        for (rest, answers) in [("", None), ("\"", None), ("\"}", Some(b"7".to_vec()))] {
            let mut outflow = Outflow::default();
            let _ = pass(&mut outflow, &[long.as_bytes(), rest.as_bytes()], Looks::AtAnswers);
            assert_eq!(outflow.ends(), (&b"\n"[..], answers));
            let next = pass(&mut outflow, &[b"{\"id\":8,\"result\":0}\n"], Looks::AtAnswers);
            assert_eq!(next.1, ["answer to 8"], "nothing is left of it");
        }
    }
}
