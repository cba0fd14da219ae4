//! A group of trees while it is put together: places of masks are known only when all its conditions are.
//!
//! Owns how masks and columns are numbered. May not know how steps are run.

use super::condition::{Ask, Condition};
use super::plan::{Bound, Feature, Fork, Group, Set, Step, Threshold, What};
use super::shape::{Grown, Padded, Way};
use super::{rank, single};
use std::collections::{HashMap, HashSet};

/// Different conditions that a group may have, so that their masks stay in the cache.
const CONDITIONS: usize = 12 * 1024;
/// Features that a group may have, for the same reason.
const FEATURES: usize = 512;

/// A group that is being put together.
#[derive(Default)]
pub(super) struct Draft {
    group: Group,
    /// Where each feature stands in the group.
    places: HashMap<u32, usize>,
    /// What is compared, with the feature's place.
    compared: HashSet<(usize, Threshold)>,
    /// How many masks sets need.
    sets: usize,
    /// What complete trees ask.
    asked: Vec<Asked>,
    /// The same for grown trees, in the order of their forks.
    grown: Vec<Asked>,
}

/// What a node of a complete tree asks.
#[derive(Clone, Copy)]
enum Asked {
    /// Nothing: both ways lead to the same leaf.
    Nothing,
    /// Whether a key is below.
    Below(usize, Threshold),
    /// Whether a key is in one of the feature's sets.
    Among(usize, usize),
}

impl Draft {
    /// Whether further trees should go to another group.
    pub(super) fn is_full(&self) -> bool {
        self.compared.len() + self.sets > CONDITIONS || self.group.features.len() > FEATURES
    }

    /// Adds a tree behind those that are there.
    pub(super) fn add(&mut self, root: u32, target: u32, way: Way) {
        let leaves = self.group.leaves.len() as u32;
        let step = |asks: usize, what| Step { target, asks: asks as u32, leaves, what };
        match way {
            Way::Nothing => {}
            Way::Walk => self.group.steps.push(step(0, What::Walk(root))),
            Way::Constant(weight) => {
                self.group.leaves.push(weight);
                match self.group.steps.last_mut() {
                    Some(Step { target: last, what: What::Add(count), .. }) if *last == target => *count += 1,
                    _ => self.group.steps.push(step(0, What::Add(1))),
                }
            }
            Way::Padded(padded) => {
                let is_blended = padded.is_blended();
                let depth = padded.depth as u8;
                let what = if is_blended { What::Blend(depth) } else { What::Slice(depth) };
                self.group.steps.push(step(self.asked.len(), what));
                self.add_padded(padded, is_blended);
            }
            Way::Grown(grown) => {
                self.group.steps.push(step(self.group.forks.len(), What::Grow(grown.children.len() as u16)));
                self.add_grown(grown);
            }
        }
    }

    fn add_padded(&mut self, padded: Padded, is_blended: bool) {
        self.group.leaves.extend(padded.leaves);
        for condition in padded.conditions {
            let asked = condition.map_or(Asked::Nothing, |condition| self.ask(condition, is_blended));
            self.asked.push(asked);
        }
    }

    fn add_grown(&mut self, grown: Grown) {
        self.group.leaves.extend(grown.leaves);
        for (condition, children) in grown.conditions.into_iter().zip(grown.children) {
            let asked = self.ask(condition, false);
            self.grown.push(asked);
            self.group.forks.push(Fork { condition: 0, children });
        }
    }

    fn ask(&mut self, condition: Condition, is_blended: bool) -> Asked {
        let Condition { feature, ask, missing, .. } = condition;
        let features = &mut self.group.features;
        let place = *self.places.entry(feature).or_insert_with(|| {
            features.push(Feature { feature: feature as usize, ..Feature::default() });
            features.len() - 1
        });
        let feature = &mut features[place];
        match ask {
            Ask::Below(key) => {
                let threshold = Threshold { key, missing };
                if is_blended {
                    feature.columns[usize::from(missing)] = Some(0);
                } else if self.compared.insert((place, threshold)) {
                    feature.thresholds.push(threshold);
                }
                Asked::Below(place, threshold)
            }
            Ask::Among(keys) => {
                self.sets += 2 * keys.len() + 1;
                feature
                    .thresholds
                    .extend(keys.iter().flat_map(|key| [*key, key + 1]).map(|key| Threshold { key, missing: false }));
                feature.sets.push(Set { mask: 0, missing, keys, ranks: Vec::new() });
                Asked::Among(place, feature.sets.len() - 1)
            }
        }
    }

    /// The group with everything in its place.
    pub(super) fn finish(mut self) -> Group {
        self.number();
        let Draft { mut group, asked, grown, .. } = self;
        group.bounds = single::bounds(&group.features, group.columns);
        for (fork, asked) in group.forks.iter_mut().zip(grown) {
            fork.condition = mask(&group.features, asked);
        }
        for step in &mut group.steps {
            let (first, features) = (step.asks as usize, &group.features);
            match step.what {
                What::Blend(depth) => {
                    step.asks = group.questions.len() as u32;
                    let asked = &asked[first..][..(1 << depth) - 1];
                    group.questions.extend(asked.iter().map(|asked| question(features, *asked)));
                }
                What::Slice(depth) => {
                    step.asks = group.conditions.len() as u32;
                    let asked = &asked[first..][..(1 << depth) - 1];
                    // One more than there are, so that a tree's are a power of two.
                    group.conditions.extend(asked.iter().map(|asked| mask(features, *asked)).chain([0]));
                }
                What::Add(_) | What::Grow(_) | What::Walk(_) => {}
            }
        }
        group
    }

    /// Gives every mask and column its place.
    fn number(&mut self) {
        let Group { features, masks, columns, .. } = &mut self.group;
        let take = |counter: &mut usize, count: usize| std::mem::replace(counter, *counter + count);
        for feature in features {
            feature.thresholds.sort_unstable();
            feature.thresholds.dedup();
            feature.search = rank::table(&feature.thresholds);
            feature.masks = take(masks, feature.thresholds.len());
            for column in feature.columns.iter_mut().flatten() {
                *column = take(columns, 1);
            }
            for set in &mut feature.sets {
                set.mask = take(masks, 1);
                let rank = |key: &i32| feature.thresholds.partition_point(|threshold| threshold.key <= *key) as u16;
                set.ranks = std::mem::take(&mut set.keys).iter().map(rank).collect();
            }
        }
    }
}

/// What is asked of a column.
fn question(features: &[Feature], asked: Asked) -> Bound {
    match asked {
        Asked::Below(place, Threshold { key, missing }) => {
            Bound { key: features[place].columns[usize::from(missing)].unwrap_or_default() as u32, end: key }
        }
        Asked::Nothing | Asked::Among(..) => Bound::default(),
    }
}

/// The place of the mask of a condition.
fn mask(features: &[Feature], asked: Asked) -> u16 {
    let place = match asked {
        Asked::Nothing => 0,
        Asked::Below(place, threshold) => {
            let feature = &features[place];
            feature.masks + feature.thresholds.partition_point(|other| *other < threshold)
        }
        Asked::Among(place, set) => features[place].sets[set].mask,
    };
    place as u16
}
