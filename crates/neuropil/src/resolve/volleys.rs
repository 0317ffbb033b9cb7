//! Volleys: groups of afferents that spike together, once, in sequence or again and again.
//!
//! ```toml
//! [inputs.Pattern]
//! kind = "volleys"
//! size = 50
//! times = ["30 ms", "60 ms", "90 ms"]   # of all groups; or a list for every group
//! groups = ["0:25", "25:50"]            # slices or lists of neurons, or the number of equal
//!                                       # groups; all neurons if absent
//! lag = "5 ms"                          # from one group to the next
//! jitter = "1 ms"                       # of every spike: standard deviation, or a distribution
//! participation = 0.8                   # probability that a member takes part in a volley
//! ```
//!
//! The spikes are drawn when the experiment is read; they depend on the seed, the name of the input,
//! the group and the number of the volley alone.

use neuropil_core::random::{Stream, key};
use neuropil_network::description::{Dynamics, Population, SpikeTrains};

use super::context::Context;
use super::fields::{Fields, Item};
use super::sources;
use crate::experiment::{Problem, Written};

/// Asks for every key of this file, so that none counts as unknown.
pub(super) fn known_keys(fields: &Fields<'_>) {
    for key in ["size", "times", "groups", "lag", "jitter", "participation", "position"] {
        fields.get(key);
    }
}

/// Draws the spikes.
pub(super) fn population(
    name: &str,
    fields: &Fields<'_>,
    context: &Context,
) -> Result<Population, Problem> {
    let scope = &context.scope;
    let size = fields.need("size", "the number of afferents")?;
    let size = size.whole(scope, 1, u64::from(u32::MAX))? as u32;
    let groups = match fields.get("groups") {
        None => vec![(0..size).collect()],
        Some(item) if matches!(item.node.value, Written::Integer(_)) => {
            let count = item.whole(scope, 1, u64::from(size))?;
            let bound = |k: u64| (k * u64::from(size) / count) as u32;
            (0..count).map(|k| (bound(k)..bound(k + 1)).collect()).collect()
        }
        Some(item) => {
            item.items().iter().map(|g| members(g, size, context)).collect::<Result<Vec<_>, _>>()?
        }
    };
    let lag = fields.get("lag").map_or(Ok(0), |item| context.on_grid(&item, "lag"))?;
    let jitter = fields.get("jitter").map(|item| sources::jitter(&item, context)).transpose()?;
    let participation = fields.get("participation").map_or(Ok(1.0), |item| {
        let expected = "a probability between 0 and 1";
        item.number_where(scope, "", expected, |p| (0.0..=1.0).contains(&p))
    })?;
    let item = fields.need("times", "the times of the volleys")?;
    let times = times(&item, groups.len(), context)?;
    let key = key(context.seed, &format!("volleys of {name}"), 0);
    let mut spikes = Vec::new();
    for (g, (members, times)) in (0u64..).zip(groups.iter().zip(&times)) {
        for (k, time) in (0u64..).zip(times) {
            let mut stream = Stream::new(key, k << 32 | g);
            for neuron in members {
                if participation < 1.0 && stream.uniform() >= participation {
                    continue;
                }
                let shift = jitter.map_or(0.0, |law| law.draw(&mut stream));
                let steps = context.clock.nearest(shift.abs()) as i64;
                let steps = if shift < 0.0 { -steps } else { steps };
                // Nothing can happen before the end of the first step.
                spikes.push(((time + g * lag).saturating_add_signed(steps).max(1), *neuron));
            }
        }
    }
    spikes.sort_unstable();
    let (steps, neurons) = spikes.into_iter().unzip();
    let dynamics = Dynamics::Trains(SpikeTrains { steps, neurons });
    Ok(Population { name: name.into(), size, dynamics })
}

/// The stamps of the volleys of every group.
fn times(item: &Item<'_>, groups: usize, context: &Context) -> Result<Vec<Vec<u64>>, Problem> {
    let list = |item: &Item<'_>| {
        let one = |item: &Item<'_>| match context.on_grid(item, "a volley")? {
            0 => Err(item.out_of_range("a volley at 0 ms", "times above 0 ms")),
            step => Ok(step),
        };
        item.items().iter().map(one).collect::<Result<Vec<u64>, Problem>>()
    };
    let rows = item.items();
    if !rows.iter().any(Item::is_list) {
        return Ok(vec![list(item)?; groups]);
    }
    if rows.len() != groups {
        let found = format!("{} lists of times", rows.len());
        return Err(item.out_of_range(found, format!("one for each of {groups} groups")));
    }
    rows.iter().map(list).collect()
}

/// `"0:25"`, or a list of indices.
fn members(item: &Item<'_>, size: u32, context: &Context) -> Result<Vec<u32>, Problem> {
    let Written::Text(text) = &item.node.value else {
        let most = u64::from(size) - 1;
        return item
            .items()
            .iter()
            .map(|item| item.whole(&context.scope, 0, most).map(|k| k as u32))
            .collect();
    };
    let expected = "a slice of neurons such as \"0:25\", or a list of them";
    let (first, end) = text.split_once(':').ok_or_else(|| item.wrong(expected))?;
    let number = |text: &str, default: u32| match text.trim() {
        "" => Ok(default),
        text => text.parse::<u32>().map_err(|_| item.wrong(expected)),
    };
    let (first, end) = (number(first, 0)?, number(end, size)?);
    if first >= end || end > size {
        let expected = format!("a part of the {size} afferents that is not empty");
        return Err(item.out_of_range(format!("\"{text}\""), expected));
    }
    Ok((first..end).collect())
}
