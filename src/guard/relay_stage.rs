//! Clients and servers that speak to a relay without any process: what they say, what they hear, and what the system may
//! answer to a read or a write meanwhile.
#![cfg(test)]

use std::cell::Cell;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;

use super::relay::lock;
use crate::platform::streams::Stream;

/// What a call of the system may answer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Odd {
    NotNow,
    Interrupted,
    /// So many bytes at most.
    Some(usize),
}

fn odd() -> impl Strategy<Value = Odd> {
    prop_oneof![
        Just(Odd::NotNow),
        Just(Odd::Interrupted),
        (1_usize..50).prop_map(Odd::Some),
        (1_usize..200_000).prop_map(Odd::Some),
    ]
}

/// In this order, again and again, and never one that is no progress for ever.
#[derive(Clone, Debug)]
pub(super) struct Odds(VecDeque<Odd>);

impl Odds {
    pub(super) fn none() -> Self {
        Self([Odd::Some(usize::MAX)].into())
    }
}

pub(super) fn odds() -> impl Strategy<Value = Odds> {
    prop::collection::vec(odd(), 0..6).prop_map(|mut odds| {
        odds.push(Odd::Some(100_000));
        Odds(odds.into())
    })
}

impl Odds {
    fn next(&mut self) -> io::Result<usize> {
        self.0.rotate_left(1);
        match self.0[0] {
            Odd::NotNow => Err(ErrorKind::WouldBlock.into()),
            Odd::Interrupted => Err(ErrorKind::Interrupted.into()),
            Odd::Some(most) => Ok(most),
        }
    }
}

/// What somebody says, who may take his time.
pub(super) struct Mouth {
    says: Receiver<Vec<u8>>,
    rest: Vec<u8>,
    odds: Odds,
    /// How many of its pieces have come.
    came: usize,
    /// How many of them were dealt with: all of them was taken, and more is asked for.
    dealt_with: Arc<AtomicUsize>,
}

/// Whoever speaks by it.
pub(super) struct Voice {
    say: Sender<Vec<u8>>,
    sent: Cell<usize>,
    dealt_with: Arc<AtomicUsize>,
}

pub(super) fn mouth(odds: &Odds) -> (Mouth, Voice) {
    let (say, says) = mpsc::channel();
    let dealt_with = Arc::<AtomicUsize>::default();
    let voice = Voice { say, sent: Cell::new(0), dealt_with: Arc::clone(&dealt_with) };
    (Mouth { says, rest: Vec::new(), odds: odds.clone(), came: 0, dealt_with }, voice)
}

impl Voice {
    /// And waits until all of it is dealt with.
    pub(super) fn says(&self, bytes: &[u8]) {
        self.begins_to_say(bytes);
        until("it is heard", || self.dealt_with.load(Ordering::SeqCst) == self.sent.get());
    }

    pub(super) fn begins_to_say(&self, bytes: &[u8]) {
        self.sent.set(self.sent.get() + 1);
        self.say.send(bytes.to_vec()).unwrap();
    }
}

impl Read for Mouth {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = self.odds.next()?;
        while self.rest.is_empty() {
            if let Ok(more) = self.says.try_recv() {
                self.rest = more;
                self.came += 1;
                continue;
            }
            self.dealt_with.store(self.came, Ordering::SeqCst);
            let Ok(more) = self.says.recv() else { return Ok(0) };
            self.rest = more;
            self.came += 1;
        }
        let count = most.min(into.len()).min(self.rest.len());
        into[..count].copy_from_slice(&self.rest[..count]);
        self.rest.drain(..count);
        Ok(count)
    }
}

/// What somebody has heard.
#[derive(Clone, Default)]
pub(super) struct Heart {
    heard: Arc<Mutex<Vec<u8>>>,
    pub(super) is_deaf: Arc<AtomicBool>,
}

impl Heart {
    pub(super) fn heard(&self) -> Vec<u8> {
        lock(&self.heard).clone()
    }
}

pub(super) struct Ear {
    heart: Heart,
    odds: Odds,
    /// Takes no more after so many bytes.
    most: usize,
}

pub(super) fn ear(odds: &Odds, most: usize) -> (Ear, Heart) {
    let heart = Heart::default();
    (Ear { heart: heart.clone(), odds: odds.clone(), most }, heart)
}

impl Write for Ear {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let most = self.odds.next()?;
        let mut heard = lock(&self.heart.heard);
        let count = most.min(bytes.len()).min(self.most - heard.len());
        if count == 0 {
            self.heart.is_deaf.store(true, Ordering::SeqCst);
            return Err(ErrorKind::BrokenPipe.into());
        }
        heard.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream for Mouth {
    fn wait_to_read(&self) {}

    fn wait_to_write(&self, _: Option<Duration>) -> bool {
        true
    }

    fn has_ended(&self) -> bool {
        true
    }
}

impl Stream for Ear {
    fn wait_to_read(&self) {}

    fn wait_to_write(&self, _: Option<Duration>) -> bool {
        true
    }

    fn has_ended(&self) -> bool {
        true
    }
}

#[track_caller]
pub(super) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..20_000_000 {
        if holds() {
            return;
        }
        std::thread::yield_now();
    }
    panic!("not yet: {what}");
}
