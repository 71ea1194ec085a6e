//! Questions to the kernel's socket monitor, over one netlink line that is kept open.
//!
//! A refusal is an error here, never an empty list. What is asked and what the answers mean is `diag.rs`'s and
//! `unix_diag.rs`'s matter.

use std::io;
use std::time::Duration;

use rustix::fd::OwnedFd;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with,
};

use crate::core::wording;

/// The kernel answers at once; this is for a line that is no longer one.
const PATIENCE: Duration = Duration::from_secs(2);

/// A list that changed while it was taken is asked for again, so often.
const TRIES: usize = 3;

/// Bytes in front of a message's body.
const HEAD: usize = 16;

const SOCK_DIAG_BY_FAMILY: u16 = 20;
const REQUEST: u16 = 0x1;
const DUMP: u16 = 0x300;
const DUMP_WAS_INTERRUPTED: u16 = 0x10;
const NOTHING: u16 = 1;
const ERROR: u16 = 2;
const DONE: u16 = 3;

/// The line to the kernel.
#[derive(Debug, Default)]
pub(super) struct Line {
    socket: Option<OwnedFd>,
    turn: u32,
}

/// Whether a question has one answer or a list of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wants {
    One,
    List,
}

impl Line {
    /// Everything that the kernel lists, read by `read`.
    pub(super) fn list<R>(
        &mut self,
        question: &[u8],
        read: impl Fn(&[u8]) -> Option<R>,
    ) -> io::Result<Vec<R>> {
        for _ in 0..TRIES {
            let answer = self.ask(question, Wants::List, &read)?;
            if answer.is_whole {
                return Ok(answer.rows);
            }
        }
        Err(io::Error::other(wording::SOCKETS_NEVER_STILL))
    }

    /// The answer about one socket; an error of the kind `NotFound` where the kernel does not know it.
    pub(super) fn one<R>(&mut self, question: &[u8], read: impl Fn(&[u8]) -> Option<R>) -> io::Result<R> {
        let answer = self.ask(question, Wants::One, &read)?;
        answer.rows.into_iter().next().ok_or(io::ErrorKind::InvalidData.into())
    }

    fn ask<R>(
        &mut self,
        question: &[u8],
        wants: Wants,
        read: &impl Fn(&[u8]) -> Option<R>,
    ) -> io::Result<Answer<R>> {
        self.turn = self.turn.wrapping_add(1);
        let socket = match self.socket.take() {
            Some(socket) => socket,
            None => line()?,
        };
        // What is still under way on a line after a trouble would be taken for the next answer: only a line that
        // answered well is kept.
        send(&socket, &request(question, wants, self.turn), SendFlags::empty())?;
        let mut answer = Answer::to(self.turn, wants);
        let mut buffer = [0_u8; 8192];
        loop {
            let (length, _) = recv(&socket, &mut buffer[..], RecvFlags::empty())?;
            let taken = answer.take(buffer.get(..length).unwrap_or_default(), read);
            // Nothing follows a refusal either.
            if taken.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
                self.socket = Some(socket);
                return Err(io::ErrorKind::NotFound.into());
            }
            if taken? {
                self.socket = Some(socket);
                return Ok(answer);
            }
        }
    }
}

/// What the kernel has answered so far.
#[derive(Debug)]
struct Answer<R> {
    turn: u32,
    wants: Wants,
    rows: Vec<R>,
    /// Whether the list stayed as it was while it was taken.
    is_whole: bool,
}

impl<R> Answer<R> {
    const fn to(turn: u32, wants: Wants) -> Self {
        Self { turn, wants, rows: Vec::new(), is_whole: true }
    }

    /// Takes in the messages that arrived together. Tells whether that was all.
    fn take(&mut self, bytes: &[u8], read: &impl Fn(&[u8]) -> Option<R>) -> io::Result<bool> {
        let mut rest = bytes;
        if rest.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        while let Some((message, more)) = message(rest) {
            rest = more;
            if message.turn != self.turn {
                continue;
            }
            self.is_whole &= message.flags & DUMP_WAS_INTERRUPTED == 0;
            match message.kind {
                DONE => {
                    said(message.body)?;
                    return Ok(true);
                }
                ERROR => {
                    said(message.body)?;
                    return Err(io::Error::other(wording::SOCKETS_REFUSED));
                }
                SOCK_DIAG_BY_FAMILY => {
                    self.rows.push(read(message.body).ok_or(io::ErrorKind::InvalidData)?);
                    if self.wants == Wants::One {
                        return Ok(true);
                    }
                }
                NOTHING => {}
                _ => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
        if rest.is_empty() { Ok(false) } else { Err(io::ErrorKind::InvalidData.into()) }
    }
}

/// Any bytes at all as the kernel's answer, for `fuzzing`: there are no more rows than messages fit in.
pub(super) fn try_answer<R: std::fmt::Debug>(bytes: &[u8], read: impl Fn(&[u8]) -> Option<R>) {
    let turn =
        bytes.get(8..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u32::from_ne_bytes(*bytes));
    let mut answer = Answer::to(turn, Wants::List);
    // Refused or not, it must not panic, nor take for ever.
    let _ = answer.take(bytes, &read);
    assert!(answer.rows.len() * HEAD <= bytes.len(), "{answer:?}");
}

fn line() -> io::Result<OwnedFd> {
    let socket = socket_with(
        AddressFamily::NETLINK,
        SocketType::DGRAM,
        SocketFlags::CLOEXEC,
        Some(netlink::SOCK_DIAG),
    )?;
    set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE))?;
    Ok(socket)
}

fn request(question: &[u8], wants: Wants, turn: u32) -> Vec<u8> {
    let length = u32::try_from(HEAD + question.len()).unwrap_or(u32::MAX);
    let flags = match wants {
        Wants::One => REQUEST,
        Wants::List => REQUEST | DUMP,
    };
    let mut bytes = Vec::with_capacity(HEAD + question.len());
    bytes.extend(length.to_ne_bytes());
    bytes.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    bytes.extend(turn.to_ne_bytes());
    // An address, which nobody needs.
    bytes.extend([0; 4]);
    bytes.extend(question);
    bytes
}

/// The number that ends a dump or stands in an error: 0, or an error's, below it.
fn said(body: &[u8]) -> io::Result<()> {
    let number = body.first_chunk().map_or(0, |bytes| i32::from_ne_bytes(*bytes));
    if number < 0 { Err(io::Error::from_raw_os_error(number.saturating_neg())) } else { Ok(()) }
}

struct Message<'a> {
    kind: u16,
    flags: u16,
    turn: u32,
    body: &'a [u8],
}

/// The first message, and what stands behind it.
fn message(bytes: &[u8]) -> Option<(Message<'_>, &[u8])> {
    let length = usize::try_from(u32::from_ne_bytes(*bytes.first_chunk()?)).ok()?;
    let kind = u16::from_ne_bytes(*bytes.get(4..)?.first_chunk()?);
    let flags = u16::from_ne_bytes(*bytes.get(6..)?.first_chunk()?);
    let turn = u32::from_ne_bytes(*bytes.get(8..)?.first_chunk()?);
    let body = bytes.get(HEAD..length)?;
    let next = length.next_multiple_of(4).min(bytes.len());
    Some((Message { kind, flags, turn, body }, &bytes[next..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_no_end_and_half_a_message_is_none() {
        assert!(said(&(-1_i32).to_ne_bytes()).is_err());
        assert!(said(&0_i32.to_ne_bytes()).is_ok());
        assert!(message(&[0; 15]).is_none());
        assert!(message(&[255; 16]).is_none());
    }
}
