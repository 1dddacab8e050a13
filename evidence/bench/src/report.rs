//! The results as a table and as a picture.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use plotters::prelude::*;

use crate::figures::{median, megabytes, milliseconds, quantile, ratio};

/// Two values: that of the function and that of the floor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair<T> {
    /// The value of the function.
    pub(crate) function: T,
    /// The value of the floor.
    pub(crate) floor: T,
}

impl<T> Pair<T> {
    /// Returns references to both values.
    pub(crate) fn as_ref(&self) -> Pair<&T> {
        Pair { function: &self.function, floor: &self.floor }
    }

    /// Applies `f` to both values.
    pub(crate) fn map<U>(self, f: impl Fn(T) -> U) -> Pair<U> {
        Pair { function: f(self.function), floor: f(self.floor) }
    }
}

/// One line of the comparison with the floor.
#[derive(Debug, Clone)]
pub(crate) struct Comparison {
    /// The name of the line.
    pub(crate) name: &'static str,
    /// The formatted values.
    pub(crate) figures: Pair<String>,
    /// The value of the function divided by that of the floor.
    pub(crate) ratio: f64,
    /// The greatest ratio that meets the goal, if there is a goal.
    pub(crate) goal: Option<f64>,
}

impl Comparison {
    /// Compares two durations.
    pub(crate) fn of(name: &'static str, times: Pair<Duration>, goal: Option<f64>) -> Self {
        let ratio = ratio(times.function, times.floor);
        Self { name, figures: times.map(milliseconds), ratio, goal }
    }

    /// Compares two sizes in bytes.
    #[expect(clippy::cast_precision_loss, reason = "the table shows two digits")]
    pub(crate) fn of_sizes(name: &'static str, sizes: Pair<u64>, goal: Option<f64>) -> Self {
        let ratio = sizes.function as f64 / sizes.floor as f64;
        Self { name, figures: sizes.map(megabytes), ratio, goal }
    }
}

/// Returns the comparison as a table in Markdown.
pub(crate) fn comparison(lines: &[Comparison]) -> String {
    let mut table =
        "| | change-username | floor | ratio | goal |\n|---|--:|--:|--:|--:|\n".to_owned();
    for line in lines {
        let Comparison { name, figures: Pair { function, floor }, ratio, goal } = line;
        let mark = if goal.is_some_and(|goal| *ratio > goal) { " ✗" } else { "" };
        let goal = goal.map_or(String::new(), |goal| format!("{goal} ×"));
        // Writing to a `String` does not fail.
        let _ = writeln!(table, "| {name} | {function} | {floor} | {ratio:.2} ×{mark} | {goal} |");
    }
    table
}

/// Draws the distribution of the times of the warm invocations, for the function and the floor.
pub(crate) fn draw(file: &Path, series: &[(&str, &[Duration])]) -> Result<(), Box<dyn Error>> {
    let microseconds = |value: Duration| value.as_secs_f64() * 1e6;
    let longest = series.iter().map(|(_, taken)| quantile(taken, 0.995)).max().unwrap_or_default();
    let root = SVGBackend::new(file, (800, 400)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .margin(12)
        .caption("Warm invocations: share answered within a time", ("sans-serif", 18))
        .x_label_area_size(40)
        .y_label_area_size(48)
        .build_cartesian_2d(0.0..microseconds(longest), 0.0..1.0)?;
    let mesh = chart.configure_mesh().x_desc("µs").y_desc("share").draw();
    mesh?;
    for (number, (name, taken)) in series.iter().enumerate() {
        let color = [RGBColor(31, 111, 84), RGBColor(120, 120, 120)][number % 2];
        let shares = (0..=200).map(|step| f64::from(step) / 200.0);
        let points = shares.map(|share| (microseconds(quantile(taken, share)), share));
        let line = chart.draw_series(LineSeries::new(points, color.stroke_width(2)))?;
        let label = format!("{name}, median {:.0} µs", microseconds(median(taken)));
        line.label(label)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], color.stroke_width(2)));
    }
    chart.configure_series_labels().border_style(BLACK).background_style(WHITE).draw()?;
    root.present()?;
    Ok(())
}
