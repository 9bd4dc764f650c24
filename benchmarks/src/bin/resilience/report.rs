//! The numbers, what they ought to be, and the table at the end.

use std::fmt::Display;

use benchmarks::load_averages;

use crate::arguments::Arguments;

/// Every number of this run.
#[derive(Default)]
pub struct Report {
    rows: Vec<Row>,
}

struct Row {
    scenario: &'static str,
    figure: String,
    value: String,
    aim: String,
    verdict: Verdict,
}

#[derive(PartialEq, Eq)]
enum Verdict {
    Met,
    Missed,
    /// It has no aim, or is a time in the short form.
    Told,
}

impl Report {
    /// A count, which must be this one in every form of the run.
    pub fn exactly(&mut self, scenario: &'static str, figure: &str, value: u64, aim: u64) {
        let verdict = Verdict::of(value == aim);
        self.add(scenario, figure, value, aim, verdict);
    }

    /// A count, which must not be above this in any form of the run.
    pub fn at_most(&mut self, scenario: &'static str, figure: &str, value: u64, most: u64) {
        let verdict = Verdict::of(value <= most);
        self.add(scenario, figure, value, format!("at most {most}"), verdict);
    }

    /// A count, which must not be below this in any form of the run: that something was there to be measured.
    pub fn at_least(&mut self, scenario: &'static str, figure: &str, value: u64, least: u64) {
        let verdict = Verdict::of(value >= least);
        self.add(
            scenario,
            figure,
            value,
            format!("at least {least}"),
            verdict,
        );
    }

    /// A time, a ratio or a size, which must be within `most` in the long form.
    pub fn within(
        &mut self,
        arguments: &Arguments,
        (scenario, figure): (&'static str, &str),
        value: f64,
        most: f64,
    ) {
        let verdict = match arguments.short {
            true => Verdict::Told,
            false => Verdict::of(value <= most),
        };
        let (value, aim) = (format!("{value:.2}"), format!("at most {most:.2}"));
        self.add(scenario, figure, value, aim, verdict);
    }

    /// Something to know.
    pub fn tell(&mut self, scenario: &'static str, figure: &str, value: impl Display) {
        self.add(scenario, figure, value, "", Verdict::Told);
    }

    /// The numbers that were missed.
    pub fn missed(&self) -> Vec<String> {
        let missed = self
            .rows
            .iter()
            .filter(|row| row.verdict == Verdict::Missed);
        missed
            .map(|row| format!("{}: {}", row.scenario, row.figure))
            .collect()
    }

    /// The table, and how to have it again.
    pub fn print(&self, arguments: &Arguments) {
        println!(
            "\n{} against {}",
            arguments.command(),
            arguments.service.name()
        );
        println!("load averages of this machine: {}", load_averages());
        for row in &self.rows {
            println!("{}", row.line());
        }
        for figure in self.missed() {
            println!("missed: {figure}");
        }
        println!("again: {}", arguments.command());
    }

    fn add(
        &mut self,
        scenario: &'static str,
        figure: &str,
        value: impl Display,
        aim: impl Display,
        verdict: Verdict,
    ) {
        let row = Row {
            scenario,
            figure: figure.to_owned(),
            value: value.to_string(),
            aim: aim.to_string(),
            verdict,
        };
        println!("{}", row.line());
        self.rows.push(row);
    }
}

impl Row {
    fn line(&self) -> String {
        let verdict = match self.verdict {
            Verdict::Met => "ok",
            Verdict::Missed => "MISSED",
            Verdict::Told => "",
        };
        let (scenario, figure, value) = (self.scenario, &self.figure, &self.value);
        let line = format!(
            "{scenario:<9} {figure:<58} {value:>14}  {:<14} {verdict}",
            self.aim
        );
        line.trim_end().to_owned()
    }
}

impl Verdict {
    fn of(holds: bool) -> Self {
        if holds { Self::Met } else { Self::Missed }
    }
}
