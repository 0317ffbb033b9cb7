//! Writing the connectivity that an experiment would draw, as arrays that `rule = "pairs"` reads.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use neuropil_network::connect::{Drawn, Sources};
use neuropil_network::description::{Connection, ModelError, Rule};
use thiserror::Error;

use crate::experiment::{Experiment, ExperimentError};
use crate::resolve::Model;

/// Why connectivity could not be written.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum ConnectivityError {
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    #[error("{path} exists and is not replaced unless that is asked for", path = path.display())]
    Exists { path: PathBuf },
    #[error("cannot write {path}", path = path.display())]
    Write { path: PathBuf, source: std::io::Error },
}

impl Experiment {
    /// Draws all connections and writes them to `folder`; returns the files.
    ///
    /// A connection with a fixed in-degree becomes `<name>_sources.npy`, a row for every target in
    /// the order in which the experiment names them; any other becomes `<name>_sources.npy` and
    /// `<name>_targets.npy`, an entry for every synapse.
    ///
    /// # Errors
    /// [`ConnectivityError`]; without `force` no file is replaced.
    pub fn write_connectivity(
        &self,
        folder: &Path,
        force: bool,
    ) -> Result<Vec<PathBuf>, ConnectivityError> {
        let model = self.network()?;
        std::fs::create_dir_all(folder)
            .map_err(|source| ConnectivityError::Write { path: folder.to_owned(), source })?;
        let mut files = Vec::new();
        let mut k = 0;
        while k < model.network.connections.len() {
            let group = group_length(&model, k);
            let arrays =
                draw(&model, k..k + group).map_err(|error| self.error(model.locate(error)))?;
            let name = file_name(&model, k, group);
            for (what, array) in arrays {
                let path = folder.join(format!("{name}_{what}.npy"));
                if path.exists() && !force {
                    return Err(ConnectivityError::Exists { path });
                }
                array
                    .write(&path)
                    .map_err(|source| ConnectivityError::Write { path: path.clone(), source })?;
                files.push(path);
            }
            k += group;
        }
        Ok(files)
    }
}

/// Connections from `first` on that were written as one and share source and in-degree.
fn group_length(model: &Model, first: usize) -> usize {
    let connections = &model.network.connections;
    let like = |k: usize| {
        model.place(k) == model.place(first)
            && connections[k].source == connections[first].source
            && indegree(&connections[k]).is_some()
            && indegree(&connections[k]) == indegree(&connections[first])
    };
    (first + 1..connections.len()).take_while(|k| like(*k)).count() + 1
}

fn indegree(connection: &Connection) -> Option<usize> {
    match &connection.rule {
        Rule::FixedIndegree { indegree, .. } => indegree.single().map(|k| k as usize),
        _ => None,
    }
}

fn file_name(model: &Model, first: usize, group: usize) -> String {
    let alone = |k: usize| model.place(k) != model.place(first);
    let before = first == 0 || alone(first - 1);
    let after = first + group == model.network.connections.len() || alone(first + group);
    let place = model.place(first).rsplit('.').next().unwrap_or("connections");
    let name = if before && after { place } else { &model.network.connections[first].name };
    name.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect()
}

/// An array of 32-bit indices.
struct Indices {
    values: Vec<u32>,
    shape: String,
}

fn draw(
    model: &Model,
    group: std::ops::Range<usize>,
) -> Result<Vec<(&'static str, Indices)>, ModelError> {
    let (mut sources, mut targets, mut rows) = (Vec::new(), Vec::new(), 0);
    let matrix = indegree(&model.network.connections[group.start]);
    for k in group {
        let connection = &model.network.connections[k];
        let rule = Sources::new(connection, model.network.seed, k)?;
        let mut drawn = Drawn::default();
        for target in 0..connection.target.count {
            rule.of(target, &mut drawn);
            if matrix.is_none() {
                targets.extend(std::iter::repeat_n(target, drawn.sources.len()));
            }
            sources.extend_from_slice(&drawn.sources);
            rows += 1;
        }
    }
    Ok(match matrix {
        Some(columns) => {
            let shape = format!("({rows}, {columns})");
            vec![("sources", Indices { values: sources, shape })]
        }
        None => {
            let shape = format!("({},)", sources.len());
            vec![
                ("sources", Indices { values: sources, shape: shape.clone() }),
                ("targets", Indices { values: targets, shape }),
            ]
        }
    })
}

impl Indices {
    /// NumPy format version 1, little-endian.
    fn write(&self, path: &Path) -> std::io::Result<()> {
        let mut header =
            format!("{{'descr': '<u4', 'fortran_order': False, 'shape': {}, }}", self.shape);
        // Data begin at a multiple of 64 bytes; the header ends with a new line.
        let length = (10 + header.len() + 1).next_multiple_of(64) - 10;
        header.push_str(&" ".repeat(length - header.len() - 1));
        header.push('\n');
        let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
        file.write_all(b"\x93NUMPY\x01\x00")?;
        file.write_all(&(length as u16).to_le_bytes())?;
        file.write_all(header.as_bytes())?;
        for value in &self.values {
            file.write_all(&value.to_le_bytes())?;
        }
        file.flush()
    }
}
