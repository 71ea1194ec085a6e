//! Samples, and tables of them.

/// Measurements of one thing, one a round.
#[derive(Clone, Default)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    pub(crate) fn add(&mut self, value: f64) {
        self.0.push(value);
    }

    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[(sorted.len() - 1) * percent / 100]
    }

    pub(crate) fn median(&self) -> f64 {
        self.percentile(50)
    }

    /// Round by round, so that whatever else ran in a round falls on both.
    pub(crate) fn against(&self, other: &Self, how: impl Fn(f64, f64) -> f64) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(own, other)| how(*own, *other)).collect())
    }
}

/// One row of a table.
pub(crate) struct Row(Vec<String>);

impl Row {
    pub(crate) fn of(name: &str) -> Self {
        Self(vec![name.to_owned()])
    }

    pub(crate) fn cell(mut self, text: String) -> Self {
        self.0.push(text);
        self
    }

    /// Median, and in brackets least, 10th and 90th percentile.
    pub(crate) fn spread(self, samples: &Samples) -> Self {
        let [least, low, high] = [0, 10, 90].map(|percent| samples.percentile(percent));
        self.cell(format!("{:.2} ({least:.2}, {low:.2}–{high:.2})", samples.median()))
    }

    pub(crate) fn median(self, samples: &Samples) -> Self {
        self.cell(format!("{:.2}", samples.median()))
    }

    /// What is added to `direct`: the median of the differences, and the difference of the least.
    pub(crate) fn plus(self, direct: &Samples, samples: &Samples) -> Self {
        let added = samples.against(direct, |own, direct| own - direct).median();
        self.cell(format!("{added:+.2} ({:+.2})", samples.percentile(0) - direct.percentile(0)))
    }

    pub(crate) fn ratio(self, direct: &Samples, samples: &Samples) -> Self {
        let ratio = samples.against(direct, |own, direct| own / direct).median();
        self.cell(format!("{ratio:.2}×"))
    }
}

/// Prints a table as Markdown.
pub(crate) fn print(what: &str, columns: &[&str], rows: impl Iterator<Item = Row>) {
    println!("\n{what}\n\n| | {} |\n|---|{}", columns.join(" | "), "--:|".repeat(columns.len()));
    for row in rows {
        println!("| {} |", row.0.join(" | "));
    }
}
