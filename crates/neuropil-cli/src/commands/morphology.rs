//! `neuropil morphology`

use anyhow::{Context, bail};
use neuropil::cell_picture::cell_figure;
use neuropil::morphology::Location;
use neuropil::morphology::measure::Totals;
use neuropil::morphology::report::{Report, report};
use neuropil::morphology::swc::{self, Options, Repairs, Roots, Samples};
use neuropil::plot::kinds::View;

use crate::args::{Morphology, MorphologyFile, MorphologyOutput, MorphologyPlot, MorphologyRepair};
use crate::show;

/// Does what is asked with a morphology.
pub fn morphology(command: &Morphology) -> anyhow::Result<()> {
    match command {
        Morphology::Check(input) => check(input),
        Morphology::Info(input) => info(input),
        Morphology::Sections(input) => sections(input),
        Morphology::Convert(output) => convert(output),
        Morphology::Repair(output) => repair(output),
        Morphology::Plot(plot) => draw(plot),
    }
}

fn options(input: &MorphologyFile) -> anyhow::Result<Options> {
    Ok(Options::profile(input.profile.parse()?))
}

fn read(input: &MorphologyFile) -> anyhow::Result<Vec<u8>> {
    let path = &input.file;
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn findings(input: &MorphologyFile) -> anyhow::Result<Report> {
    Ok(report(read(input)?, &options(input)?))
}

fn check(input: &MorphologyFile) -> anyhow::Result<()> {
    let found = findings(input)?;
    let file = input.file.display();
    for error in &found.errors {
        show::line(format!("{file}: error: {error}"))?;
    }
    for warning in &found.warnings {
        show::line(format!("{file}: warning: {warning}"))?;
    }
    show::line(format!("{file}: {} samples, soma: {}", found.samples, found.soma))?;
    match found.errors.len() {
        0 => Ok(()),
        n => bail!("{file}: {n} defects"),
    }
}

fn info(input: &MorphologyFile) -> anyhow::Result<()> {
    let found = findings(input)?;
    show::line(format!("morphology        {}", input.file.display()))?;
    show::line(format!("samples           {}", found.samples))?;
    show::line(format!("trees             {}", found.trees))?;
    show::line(format!("soma              {}", found.soma))?;
    let Some(summary) = &found.summary else {
        for error in &found.errors {
            show::line(format!("error             {error}"))?;
        }
        bail!("{}: the cell cannot be built", input.file.display());
    };
    show::line(format!("stems             {}", summary.stems))?;
    show::line(format!("branch order      up to {}", summary.max_order))?;
    show::line(format!("longest path      {:.1} µm", summary.max_path_um))?;
    show::line(format!("farthest point    {:.1} µm", summary.max_euclidean_um))?;
    let [x, y, z] = summary.extent_um;
    show::line(format!("extent            {x:.1} × {y:.1} × {z:.1} µm"))?;
    show::line(format!(
        "\n{:<12}{:>9}{:>8}{:>7}{:>12}{:>13}{:>13}{:>16}",
        "type", "sections", "forks", "tips", "length µm", "area µm²", "volume µm³", "diameter µm"
    ))?;
    for (kind, totals) in &summary.kinds {
        show::line(row(&kind.to_string(), totals))?;
    }
    show::line(row("all", &summary.total))?;
    show::line("\narea by profile")?;
    for (profile, area) in &found.areas {
        let area = match area {
            Ok(area) => format!("{area:.3} µm²"),
            Err(error) => format!("refused: {error}"),
        };
        show::line(format!("  {:<14}{area}", profile.name()))?;
    }
    for warning in &found.warnings {
        show::line(format!("warning           {warning}"))?;
    }
    Ok(())
}

/// The numbers and names that places and regions are written with.
fn sections(input: &MorphologyFile) -> anyhow::Result<()> {
    let cell = swc::load_file(&input.file, &options(input)?)?.value;
    let orders = cell.orders();
    show::line(format!(
        "{:>7} {:<12}{:>8}{:>7}{:>21}{:>12}{:>16}",
        "section", "name", "parent", "order", "path distance µm", "length µm", "diameter µm"
    ))?;
    for (index, section) in cell.sections().iter().enumerate() {
        let points = section.points();
        let diameter = |k: usize| points.get(k).map_or(0.0, |p| 2.0 * p.radius_um);
        let end = |fraction| cell.distance_um(Location::new(index, fraction));
        show::line(format!(
            "{index:>7} {:<12}{:>8}{:>7}{:>21}{:>12.1}{:>16}",
            section.name(),
            section.parent().map_or("–".into(), |at| at.section.to_string()),
            orders[index],
            format!("{:.1}–{:.1}", end(0.0), end(1.0)),
            section.length_um(),
            format!("{:.2}–{:.2}", diameter(0), diameter(points.len().saturating_sub(1))),
        ))?;
    }
    Ok(())
}

fn row(name: &str, t: &Totals) -> String {
    let [thin, thick] = t.diameter_um;
    format!(
        "{name:<12}{:>9}{:>8}{:>7}{:>12.1}{:>13.1}{:>13.1}{:>16}",
        t.sections,
        t.branch_points,
        t.tips,
        t.length_um,
        t.area_um2,
        t.volume_um3,
        format!("{thin:.2}–{thick:.2}")
    )
}

fn convert(arguments: &MorphologyOutput) -> anyhow::Result<()> {
    let loaded = swc::load_file(&arguments.input.file, &options(&arguments.input)?)?;
    let tree = swc::draw(&loaded.value)?;
    write(arguments, &swc::write(&tree))
}

fn repair(arguments: &MorphologyRepair) -> anyhow::Result<()> {
    let positive = |name, value: Option<f64>| match value {
        Some(number) if !(number > 0.0 && number.is_finite()) => {
            bail!("--{name} must be positive and finite, found {number}")
        }
        other => Ok(other),
    };
    let repairs = Repairs {
        scale: positive("scale", arguments.scale)?,
        min_radius_um: positive("min-radius", arguments.min_radius)?,
        roots: match arguments.roots.as_str() {
            "first" => Roots::First,
            "join" => Roots::Join,
            _ => Roots::Largest,
        },
        renumber: arguments.without.is_empty(),
        ..Repairs::all()
    };
    let samples = swc::read_samples(read(&arguments.file.input)?)?.value;
    let (tree, changes) = swc::repair(samples, &repairs)?;
    for change in &changes {
        show::line(change)?;
    }
    let tree = match arguments.without.is_empty() {
        true => tree,
        false => {
            let (tree, dropped) = swc::without(&tree, &arguments.without)?;
            show::line(format!("{dropped} samples taken away"))?;
            let left =
                Samples { samples: tree.samples().to_vec(), comments: tree.comments().to_vec() };
            swc::repair(left, &Repairs { renumber: true, ..Repairs::default() })?.0
        }
    };
    write(&arguments.file, &swc::write(&tree))
}

fn write(arguments: &MorphologyOutput, text: &str) -> anyhow::Result<()> {
    let path = &arguments.output;
    super::refuse_existing(path, arguments.force)?;
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    show::line(path.display())
}

fn draw(arguments: &MorphologyPlot) -> anyhow::Result<()> {
    let loaded = swc::load_file(&arguments.input.file, &options(&arguments.input)?)?;
    let view = match arguments.plane.as_str() {
        "xz" => View::Xz,
        "yz" => View::Yz,
        _ => View::Xy,
    };
    let path = arguments.output.clone().unwrap_or_else(|| {
        arguments
            .input
            .file
            .file_stem()
            .map(std::path::PathBuf::from)
            .unwrap_or_default()
            .with_extension("png")
    });
    super::refuse_existing(&path, arguments.force)?;
    cell_figure(&loaded.value, view)?.save(&path)?;
    show::line(path.display())
}
