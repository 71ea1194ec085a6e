//! A look at a machine on which nothing was born and nothing ended since the last one.

use crate::crowd::{Births, Crowd};
use crate::limits::Limits;
use crate::looker;
use crate::parts;
use crate::shim::Shim;
use crate::stage::{Stage, Who};
use crate::support::figures::{Row, Samples, print};
use crate::support::machine::shuffle;
use crate::teller::Teller;

/// How it is looked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Way {
    Ours,
    Psutil,
    Obvious,
    Readdir,
}

pub(crate) const WAYS: [Way; 4] = [Way::Ours, Way::Psutil, Way::Obvious, Way::Readdir];

impl Way {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Psutil => "psutil",
            Self::Obvious => "sysinfo + netstat2, the obvious way",
            Self::Readdir => "one readdir of /proc",
        }
    }

    /// Started and warm; nothing where it cannot be done here.
    pub(crate) fn start(self, stage: &Stage, who: Who, shim: &Shim) -> Option<Teller> {
        let port = shim.port.to_string();
        let way = match self {
            Self::Ours => looker::OURS,
            Self::Obvious => looker::OBVIOUS,
            Self::Readdir => looker::READDIR,
            Self::Psutil => {
                let words = [&shim.script, &port];
                return stage.python.as_ref()?.script(stage, who, "psutil_look.py", words).map(Teller::start);
            }
        };
        Some(in_rust(stage, who, shim, way))
    }
}

fn in_rust(stage: &Stage, who: Who, shim: &Shim, way: &str) -> Teller {
    let home = shim.home.to_string_lossy();
    Teller::start(stage.part(who, [parts::LOOKER, way, &home, &shim.script, &shim.port.to_string()]))
}

/// What lives all the while: a server of ours, and one of an ordinary user.
pub(crate) struct Shims {
    pub(crate) ours: Shim,
    nobodys: Option<Shim>,
}

impl Shims {
    pub(crate) fn start(stage: &Stage) -> Self {
        let nobody = stage.everybody().find(|who| *who == Who::Nobody);
        Self { ours: Shim::start(stage, Who::Us), nobodys: nobody.map(|nobody| Shim::start(stage, nobody)) }
    }

    fn of(&self, who: Who) -> &Shim {
        match who {
            Who::Us => &self.ours,
            Who::Nobody => self.nobodys.as_ref().unwrap(),
        }
    }
}

/// The samples of our own looks, to be compared with those elsewhere.
pub(crate) type Ours = Vec<(Who, Samples)>;

/// Measures all ways as everybody; `limit` is our share of psutil's cost.
pub(crate) fn quiet(
    stage: &Stage,
    shims: &Shims,
    limits: &mut Limits,
    crowd: &Crowd<'_>,
    place: &str,
    limit: Option<f64>,
    rounds: usize,
) -> Ours {
    crowd.settle();
    let mut rows: Vec<(Who, Way, Teller, Samples)> = Vec::new();
    for who in stage.everybody() {
        let started = WAYS.into_iter().filter_map(|way| Some((way, way.start(stage, who, shims.of(who))?)));
        rows.extend(started.map(|(way, teller)| (who, way, teller, Samples::default())));
    }
    let births = Births::start();
    for _ in 0..rounds {
        for at in shuffle(rows.len()) {
            let (_, _, teller, samples) = &mut rows[at];
            samples.add(teller.some_looks().median);
        }
    }
    let born = births.rate();
    let about = format!("Quiet look, {place} (ms of CPU; {born:.1} others born a second)");
    print(
        &about,
        &["a look", "against ours"],
        rows.iter().map(|(who, way, _, samples)| {
            let row =
                Row::of(&format!("{}, {}", way.name(), name(*who))).cell(format!("{:.3}", samples.median()));
            match find(&rows, *who, Way::Ours) {
                Some(ours) => row.ratio(ours, samples),
                None => row,
            }
        }),
    );
    println!();
    for who in stage.everybody() {
        let Some(ours) = find(&rows, who, Way::Ours) else { continue };
        if let Some(psutil) = find(&rows, who, Way::Psutil) {
            let what = format!("quiet look, {place}, {}", name(who));
            beside(limits, &what, ours, Way::Psutil, psutil, limit);
        }
    }
    let ours = stage.everybody().filter_map(|who| Some((who, find(&rows, who, Way::Ours)?.clone())));
    let ours = ours.collect();
    drop(rows);
    a_minute(stage, shims, place);
    ours
}

/// Our samples beside those of another way.
pub(crate) fn beside(
    limits: &mut Limits,
    what: &str,
    ours: &Samples,
    way: Way,
    other: &Samples,
    limit: Option<f64>,
) {
    let figures = format!("{what}: {:.3} ms; {} {:.3} ms", ours.median(), way.name(), other.median());
    limits.share(&figures, ours.against(other, |ours, other| ours / other).median(), limit);
}

/// What a look costs on average with everything that is done only once a minute.
fn a_minute(stage: &Stage, shims: &Shims, place: &str) {
    let mut hasty = in_rust(stage, Who::Us, &shims.ours, looker::HASTY);
    // Expensive looks are the same each time.
    let looks = if hasty.some_looks().median < 5.0 { 60 } else { 3 };
    let Some(cost) = (0..3).map(|_| hasty.look(looks).mean).min_by(f64::total_cmp) else { return };
    println!("on average over two minutes of looks, the full ones included, {place}: {cost:.3} ms");
}

/// How much more our own look costs in another place.
pub(crate) fn compare(limits: &mut Limits, here: &Ours, there: &Ours, what: &str, limit: f64) {
    for ((who, here), (_, there)) in here.iter().zip(there) {
        let (here, there) = (here.median(), there.median());
        let figures = format!("quiet look, {what}, {}: {there:.3} ms; {here:.3} ms", name(*who));
        limits.share(&figures, there / here, Some(limit));
    }
}

fn find(rows: &[(Who, Way, Teller, Samples)], who: Who, way: Way) -> Option<&Samples> {
    rows.iter().find(|row| row.0 == who && row.1 == way).map(|row| &row.3)
}

fn name(who: Who) -> &'static str {
    match who {
        Who::Us if rustix::process::geteuid().is_root() => "as root",
        Who::Us | Who::Nobody => "as a user",
    }
}
