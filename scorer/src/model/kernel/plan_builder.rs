//! Builds the groups of a plan: mask and column indices are assigned once all conditions of a group are known.

use super::condition::{Condition, Predicate};
use super::plan::{Action, Branch, Feature, Group, Set, Step, Threshold, UpperBound};
use super::strategy::{CompleteTree, SparseTree, Strategy};
use super::{rank, single_row};
use std::collections::{HashMap, HashSet};

/// Distinct conditions per group, so that their masks stay in the cache.
const CONDITIONS_MAX: usize = 12 * 1024;
/// Features per group, for the same reason.
const FEATURES_MAX: usize = 512;

/// Builder of a group.
#[derive(Default)]
pub(super) struct GroupBuilder {
    group: Group,
    /// Position of each feature in the group.
    positions: HashMap<u32, usize>,
    /// Distinct thresholds, each with its feature's position.
    distinct_thresholds: HashSet<(usize, Threshold)>,
    /// Upper bound on the masks that sets need.
    set_masks: usize,
    /// Conditions of complete trees, node by node.
    complete_tests: Vec<Test>,
    /// Conditions of sparse trees, in the order of their branches.
    sparse_tests: Vec<Test>,
}

/// Condition of a node, before its mask or column has an index.
#[derive(Clone, Copy)]
enum Test {
    /// None: both children lead to the same leaf.
    Unconditional,
    /// Feature position and threshold.
    LessThan(usize, Threshold),
    /// Feature position and index among the feature's sets.
    OneOf(usize, usize),
}

impl GroupBuilder {
    /// True when further trees should go to another group.
    pub(super) fn is_full(&self) -> bool {
        self.distinct_thresholds.len() + self.set_masks > CONDITIONS_MAX || self.group.features.len() > FEATURES_MAX
    }

    /// Appends a tree.
    pub(super) fn push(&mut self, root: u32, target: u32, strategy: Strategy) {
        let leaves = self.group.leaves.len() as u32;
        let step = |first_test: usize, action| Step { target, first_test: first_test as u32, leaves, action };
        match strategy {
            Strategy::Empty => {}
            Strategy::Walk => self.group.steps.push(step(0, Action::Walk(root))),
            Strategy::Constant(weight) => {
                self.group.leaves.push(weight);
                match self.group.steps.last_mut() {
                    Some(Step { target: last, action: Action::AddConstants(count), .. }) if *last == target => {
                        *count += 1
                    }
                    _ => self.group.steps.push(step(0, Action::AddConstants(1))),
                }
            }
            Strategy::Complete(tree) => {
                let selects_leaves = tree.selects_leaves();
                let depth = tree.depth as u8;
                let action = if selects_leaves { Action::SelectLeaves(depth) } else { Action::SliceComplete(depth) };
                self.group.steps.push(step(self.complete_tests.len(), action));
                self.push_complete(tree, selects_leaves);
            }
            Strategy::Sparse(tree) => {
                self.group.steps.push(step(self.group.branches.len(), Action::SliceSparse(tree.children.len() as u16)));
                self.push_sparse(tree);
            }
        }
    }

    fn push_complete(&mut self, tree: CompleteTree, selects_leaves: bool) {
        self.group.leaves.extend(tree.leaves);
        for condition in tree.conditions {
            let test = condition.map_or(Test::Unconditional, |condition| self.register(condition, selects_leaves));
            self.complete_tests.push(test);
        }
    }

    fn push_sparse(&mut self, tree: SparseTree) {
        self.group.leaves.extend(tree.leaves);
        for (condition, children) in tree.conditions.into_iter().zip(tree.children) {
            let test = self.register(condition, false);
            self.sparse_tests.push(test);
            self.group.branches.push(Branch { mask: 0, children });
        }
    }

    fn register(&mut self, condition: Condition, selects_leaves: bool) -> Test {
        let Condition { feature, predicate, nan_matches, .. } = condition;
        let features = &mut self.group.features;
        let position = *self.positions.entry(feature).or_insert_with(|| {
            features.push(Feature { index: feature as usize, ..Feature::default() });
            features.len() - 1
        });
        let feature = &mut features[position];
        match predicate {
            Predicate::LessThan(key) => {
                let threshold = Threshold { key, nan_matches };
                if selects_leaves {
                    feature.columns[usize::from(nan_matches)] = Some(0);
                } else if self.distinct_thresholds.insert((position, threshold)) {
                    feature.thresholds.push(threshold);
                }
                Test::LessThan(position, threshold)
            }
            Predicate::OneOf(keys) => {
                self.set_masks += 2 * keys.len() + 1;
                let bounds = keys.iter().flat_map(|key| [*key, key + 1]);
                feature.thresholds.extend(bounds.map(|key| Threshold { key, nan_matches: false }));
                feature.sets.push(Set { mask: 0, nan_matches, keys, ranks: Vec::new() });
                Test::OneOf(position, feature.sets.len() - 1)
            }
        }
    }

    /// Assigns all indices and returns the group.
    pub(super) fn build(mut self) -> Group {
        self.assign_indices();
        let GroupBuilder { mut group, complete_tests, sparse_tests, .. } = self;
        group.mask_bounds = single_row::mask_bounds(&group.features, group.columns);
        for (branch, test) in group.branches.iter_mut().zip(sparse_tests) {
            branch.mask = mask_index(&group.features, test);
        }
        for step in &mut group.steps {
            let (first, features) = (step.first_test as usize, &group.features);
            match step.action {
                Action::SelectLeaves(depth) => {
                    step.first_test = group.column_bounds.len() as u32;
                    let tests = &complete_tests[first..][..(1 << depth) - 1];
                    group.column_bounds.extend(tests.iter().map(|test| column_bound(features, *test)));
                }
                Action::SliceComplete(depth) => {
                    step.first_test = group.mask_indices.len() as u32;
                    let tests = &complete_tests[first..][..(1 << depth) - 1];
                    // One more, so that the indices of a tree are a power of two.
                    group.mask_indices.extend(tests.iter().map(|test| mask_index(features, *test)).chain([0]));
                }
                Action::AddConstants(_) | Action::SliceSparse(_) | Action::Walk(_) => {}
            }
        }
        group
    }

    /// Assigns an index to every mask and column.
    fn assign_indices(&mut self) {
        let Group { features, masks, columns, .. } = &mut self.group;
        let take = |counter: &mut usize, count: usize| std::mem::replace(counter, *counter + count);
        for feature in features {
            feature.thresholds.sort_unstable();
            feature.thresholds.dedup();
            feature.search_table = rank::search_table(&feature.thresholds);
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

/// Bound on a column.
fn column_bound(features: &[Feature], test: Test) -> UpperBound {
    match test {
        Test::LessThan(position, Threshold { key, nan_matches }) => UpperBound {
            key: features[position].columns[usize::from(nan_matches)].unwrap_or_default() as u32,
            end: key,
        },
        Test::Unconditional | Test::OneOf(..) => UpperBound::default(),
    }
}

/// Index of a condition's mask.
fn mask_index(features: &[Feature], test: Test) -> u16 {
    let index = match test {
        Test::Unconditional => 0,
        Test::LessThan(position, threshold) => {
            let feature = &features[position];
            feature.masks + feature.thresholds.partition_point(|other| *other < threshold)
        }
        Test::OneOf(position, set) => features[position].sets[set].mask,
    };
    index as u16
}
