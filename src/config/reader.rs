//! Takes typed values out of a table and collects what is wrong with them.
//!
//! A wrong value reads as absent: its problem is on the list, so that nothing is ever started with
//! what stands in for it.

use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use toml::de::{DeTable, DeValue};

use super::error::Problem;
use super::{duration, keys};
use crate::core::position::position;
use crate::core::wording::{self, Complaint, Wanted};

/// A value and the line it stands in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Found<T> {
    pub(super) value: T,
    pub(super) line: usize,
}

/// A table with the keys that it may have.
pub(super) struct Section<'t> {
    pub(super) table: &'t DeTable<'t>,
    pub(super) known: &'static [&'static str],
    /// What stands before a key in messages: `watch.`
    pub(super) prefix: &'static str,
}

/// The text, for counting lines, and the problems so far.
pub(super) struct Reader<'t> {
    text: &'t str,
    pub(super) problems: Vec<Problem>,
    /// What loads and will not do what it looks like.
    pub(super) notes: Vec<Problem>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, problems: Vec::new(), notes: Vec::new() }
    }

    pub(super) fn line(&self, span: &Range<usize>) -> usize {
        position(self.text, span.start).0
    }

    pub(super) fn complain(&mut self, line: usize, section: &Section<'_>, key: &str, complaint: Complaint) {
        self.problems.push(at(line, section, key, complaint));
    }

    /// Remarks something that is no reason not to load.
    pub(super) fn note(&mut self, line: usize, section: &Section<'_>, key: &str, complaint: Complaint) {
        self.notes.push(at(line, section, key, complaint));
    }

    /// Complains about every key that does not belong here.
    pub(super) fn stray_keys(&mut self, section: &Section<'_>) {
        for key in section.table.keys() {
            let name: &str = key.get_ref();
            if !section.known.contains(&name) {
                let line = self.line(&key.span());
                self.complain(line, section, name, keys::stray(name, section.known));
            }
        }
    }

    pub(super) fn yes_or_no(&mut self, section: &Section<'_>, key: &str) -> Option<bool> {
        Some(self.typed(section, key, Wanted::YesOrNo, DeValue::as_bool)?.value)
    }

    /// A string that says something.
    pub(super) fn text(&mut self, section: &Section<'_>, key: &str) -> Option<Found<String>> {
        let Found { value, line } = self.typed(section, key, Wanted::Text, DeValue::as_str)?;
        self.worded(section, key, Found { value: value.to_owned(), line })
    }

    /// A list of strings, each with its line; what they say is the caller's to check.
    pub(super) fn texts(&mut self, section: &Section<'_>, key: &str) -> Option<Vec<Found<String>>> {
        let list = self.typed(section, key, Wanted::Texts, DeValue::as_array)?.value;
        let before = self.problems.len();
        let mut found = Vec::new();
        for item in list {
            let line = self.line(&item.span());
            if let Some(text) = item.get_ref().as_str() {
                found.push(Found { value: text.to_owned(), line });
            } else {
                let complaint = wording::wrong_type(Wanted::Text, item.get_ref().type_str());
                self.complain(line, section, key, complaint);
            }
        }
        (self.problems.len() == before).then_some(found)
    }

    /// Whether this is text that can be used and shown on one line; complains if not.
    pub(super) fn worded(
        &mut self,
        section: &Section<'_>,
        key: &str,
        found: Found<String>,
    ) -> Option<Found<String>> {
        let complaint = if found.value.trim().is_empty() {
            wording::empty()
        } else if crate::core::mask::plain(&found.value) != found.value {
            wording::not_plain()
        } else {
            return Some(found);
        };
        self.complain(found.line, section, key, complaint);
        None
    }

    /// A time within a range.
    pub(super) fn time(
        &mut self,
        section: &Section<'_>,
        key: &str,
        range: &RangeInclusive<Duration>,
    ) -> Option<Duration> {
        let found = self.typed(section, key, Wanted::Time, DeValue::as_str)?;
        let complaint = match duration::parse(found.value) {
            None => wording::no_time(found.value),
            Some(time) if !range.contains(&time) => {
                let [least, most] = [*range.start(), *range.end()].map(duration::written);
                wording::out_of_range(found.value, &least, &most)
            }
            Some(time) => return Some(time),
        };
        self.complain(found.line, section, key, complaint);
        None
    }

    /// A port from 1 to 65535.
    pub(super) fn port(&mut self, section: &Section<'_>, key: &str) -> Option<Found<u16>> {
        let found = self.typed(section, key, Wanted::Port, DeValue::as_integer)?;
        let number = u16::from_str_radix(found.value.as_str(), found.value.radix());
        if let Some(port) = number.ok().filter(|port| *port != 0) {
            return Some(Found { value: port, line: found.line });
        }
        self.complain(found.line, section, key, wording::no_port(&found.value.to_string()));
        None
    }

    fn typed<'s, T>(
        &mut self,
        section: &Section<'s>,
        key: &str,
        wanted: Wanted,
        read: impl Fn(&'s DeValue<'s>) -> Option<T>,
    ) -> Option<Found<T>> {
        let value = section.table.get(key)?;
        let line = self.line(&value.span());
        if let Some(value) = read(value.get_ref()) {
            return Some(Found { value, line });
        }
        let found = value.get_ref().type_str();
        self.complain(line, section, key, wording::wrong_type(wanted, found));
        None
    }
}

fn at(line: usize, section: &Section<'_>, key: &str, complaint: Complaint) -> Problem {
    let key = wording::name(&format!("{}{key}", section.prefix));
    Problem::new(Some(line), Some(key), complaint)
}
