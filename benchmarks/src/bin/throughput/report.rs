//! The tables, in Markdown, which is read as it is as well.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::aims::Aim;
use crate::comparison::{Comparison, FLOOR};
use crate::row::Row;
use crate::world::World;

/// Where the tables stand in a document that has more.
const BEGIN: &str = "<!-- scripts/bench writes from here -->";
const END: &str = "<!-- to here -->";
/// From here on wrk, and not the server, says how fast it is.
const CLIENT_LIMIT: f64 = 0.95;

/// Everything that was measured.
pub fn tables(world: &World, comparison: &Comparison, growth: &[Row], aims: &[Aim]) -> String {
    let mut text = format!("{}\n", machine(world));
    let floor = comparison
        .row(FLOOR)
        .map(|row| row.median(|sample| sample.rate));
    text += &rows_table("what", &comparison.rows, floor);
    if !growth.is_empty() {
        text += &rows_table("protected route", growth, None);
    }
    let signature = comparison.signature.lines();
    if !signature.is_empty() {
        let cells = |(name, microseconds): &(&str, f64)| {
            vec![(*name).to_owned(), format!("{microseconds:.2}")]
        };
        let lines: Vec<_> = signature.iter().map(cells).collect();
        text += &table(&["one RS256 token", "microseconds"], &lines);
    }
    text + &aims_table(aims)
}

/// Puts the tables into the file: between the marks, if it has them.
pub fn write(file: &Path, tables: &str) -> Result<()> {
    let old = fs::read_to_string(file).unwrap_or_default();
    let marks = old.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let new = match marks {
        Some((before, after)) => format!("{before}{BEGIN}\n\n{tables}\n{END}{after}"),
        None => tables.to_owned(),
    };
    fs::write(file, new).with_context(|| format!("cannot write {}", file.display()))
}

fn machine(world: &World) -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find(|line| line.starts_with("model name"));
    let model = model
        .and_then(|line| line.split(": ").nth(1))
        .unwrap_or("unknown");
    let load = benchmarks::load_averages();
    let (arguments, pins) = (&world.arguments, world.cores.pins(1));
    let shared = if pins.is_shared { ", the same one" } else { "" };
    format!(
        "{} on {model}, {} cores: one worker on core {}, wrk on core {}{shared}, 32 connections where nothing else is said.\n\
         Medians of {} rounds of {} s; load averages at the end {load}.\n",
        arguments.service.name(),
        world.cores.count(),
        pins.server,
        pins.client,
        arguments.rounds,
        arguments.seconds(),
    )
}

fn rows_table(title: &str, rows: &[Row], floor: Option<f64>) -> String {
    let mut head = vec![title, "requests/s"];
    head.extend(floor.map(|_| "of the floor"));
    head.extend([
        "p50 ms",
        "p99 ms",
        "CPU s for 10,000",
        "MB",
        "wrk's core",
        "errors",
    ]);
    let cells = |row: &Row| {
        let rate = row.median(|sample| sample.rate);
        let mut cells = vec![row.name.clone(), format!("{rate:.0}")];
        cells.extend(floor.map(|floor| format!("{:.3}", rate / floor)));
        cells.push(format!("{:.2}", row.median(|sample| sample.p50)));
        cells.push(format!("{:.2}", row.median(|sample| sample.p99)));
        cells.push(format!("{:.3}", row.median(|sample| sample.cpu)));
        cells.push(format!("{:.0}", row.median(|sample| sample.memory)));
        cells.push(format!(
            "{:.0} %",
            100.0 * row.median(|sample| sample.client)
        ));
        cells.push(row.errors().to_string());
        cells
    };
    let lines: Vec<_> = rows.iter().map(cells).collect();
    let limited = |row: &&Row| row.median(|sample| sample.client) >= CLIENT_LIMIT;
    let limited: Vec<_> = rows
        .iter()
        .filter(limited)
        .map(|row| row.name.as_str())
        .collect();
    let note = match limited.as_slice() {
        [] => String::new(),
        names => format!(
            "wrk used its whole core, so that the server could do more, in: {}.\n\n",
            names.join("; ")
        ),
    };
    table(&head, &lines) + &note
}

fn aims_table(aims: &[Aim]) -> String {
    let cells = |aim: &Aim| {
        let verdict = if aim.is_met { "ok" } else { "MISSED" };
        let by_cpu = aim.by_cpu.map(|ratio| format!("{ratio:.2}"));
        vec![
            aim.what.clone(),
            aim.wanted.clone(),
            format!("{:.2}", aim.measured),
            by_cpu.unwrap_or_default(),
            verdict.to_owned(),
        ]
    };
    let lines: Vec<_> = aims.iter().map(cells).collect();
    table(&["ratio", "wanted", "measured", "by CPU time", ""], &lines)
}

/// Columns as wide as what is in them; numbers are on the right.
fn table(head: &[&str], lines: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        let widest = cells.map(|cell| cell.chars().count()).max();
        widest
            .max(head.get(column).map(|title| title.chars().count()))
            .unwrap_or(0)
            .max(3)
    };
    let line = |cells: Vec<String>| {
        let padded = cells.iter().enumerate().map(|(column, cell)| match column {
            0 => format!("{cell:<width$}", width = width(column)),
            _ => format!("{cell:>width$}", width = width(column)),
        });
        format!("| {} |\n", padded.collect::<Vec<_>>().join(" | "))
    };
    let rule = (0..head.len()).map(|column| match column {
        0 => "-".repeat(width(column)),
        _ => format!("{}:", "-".repeat(width(column) - 1)),
    });
    let mut text = line(head.iter().map(|title| (*title).to_owned()).collect());
    text += &line(rule.collect());
    for cells in lines {
        text += &line(cells.clone());
    }
    text + "\n"
}
