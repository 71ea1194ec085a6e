//! What was promised, beside what was measured.

use std::fmt;

/// Counts what was kept and what was not.
#[derive(Default)]
pub(crate) struct Limits {
    kept: usize,
    missed: usize,
}

impl Limits {
    /// A share of what a rival takes; a limit is missing where nothing was promised.
    pub(crate) fn share(&mut self, figures: &str, ratio: f64, limit: Option<f64>) {
        self.tell(figures, &share(ratio), ratio, limit.map(|limit| (limit, share(limit))));
    }

    /// So much of a unit, and no more.
    pub(crate) fn at_most(&mut self, what: &str, value: f64, limit: f64, unit: &str) {
        self.tell(what, &format!("{value:.2} {unit}"), value, Some((limit, format!("{limit} {unit}"))));
    }

    fn tell(&mut self, what: &str, told: &str, value: f64, limit: Option<(f64, String)>) {
        let Some((limit, limit_told)) = limit else {
            println!("{what}: {told}");
            return;
        };
        let is_kept = value <= limit;
        *(if is_kept { &mut self.kept } else { &mut self.missed }) += 1;
        println!("{what}: {told} (limit {limit_told}) {}", if is_kept { "OK" } else { "MISSED" });
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} figures within their limits", self.kept, self.kept + self.missed)
    }
}

/// As people say it: a small share by what it is divided by, a large one as a factor.
fn share(ratio: f64) -> String {
    if ratio < 0.2 { format!("1/{:.0}", 1.0 / ratio) } else { format!("{ratio:.2}×") }
}
