//! Parameters with settings of their own, by name.

use serde::{Deserialize, Serialize};

/// Settings for the parameters whose path matches a pattern; what is not set is the optimizer's.
///
/// In a pattern, `*` stands for any number of characters, dots among them.
///
/// ```
/// use backprop_optim::{Adam, Group};
///
/// let optimizer = Adam::<f32>::new(1e-3)
///     .weight_decay(1e-4)
///     .group(Group::matching("*bias").weight_decay(0.0))
///     .group(Group::matching("encoder.*").learning_rate_factor(0.1));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Group {
    pattern: String,
    learning_rate_factor: Option<f64>,
    weight_decay: Option<f64>,
}

impl Group {
    /// The parameters whose path matches `pattern`.
    pub fn matching(pattern: impl Into<String>) -> Self {
        Self {
            pattern: pattern.into(),
            learning_rate_factor: None,
            weight_decay: None,
        }
    }

    /// Their learning rate as a multiple of the optimizer's, so that schedules act on them too; 0 leaves them as they are.
    pub fn learning_rate_factor(self, factor: f64) -> Self {
        Self {
            learning_rate_factor: Some(factor),
            ..self
        }
    }

    /// Their weight decay.
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        Self {
            weight_decay: Some(weight_decay),
            ..self
        }
    }

    /// Whether a parameter of this path belongs to the group.
    pub fn contains(&self, path: &str) -> bool {
        matches(self.pattern.as_bytes(), path.as_bytes())
    }
}

/// The groups of an optimizer. A parameter's settings come from the first group that contains it and sets them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Groups(Vec<Group>);

/// What a group may set, as it holds for one parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Settings {
    pub(crate) learning_rate_factor: f64,
    pub(crate) weight_decay: Option<f64>,
}

impl Groups {
    pub(crate) fn push(&mut self, group: Group) {
        self.0.push(group);
    }

    pub(crate) fn settings(&self, path: &str) -> Settings {
        let groups = || self.0.iter().filter(|group| group.contains(path));
        Settings {
            learning_rate_factor: groups()
                .find_map(|group| group.learning_rate_factor)
                .unwrap_or(1.0),
            weight_decay: groups().find_map(|group| group.weight_decay),
        }
    }

    /// The settings of all groups, to be checked.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        self.0.iter().flat_map(|group| {
            let factor = group
                .learning_rate_factor
                .map(|value| ("learning_rate_factor", value));
            let decay = group.weight_decay.map(|value| ("weight_decay", value));
            factor.into_iter().chain(decay)
        })
    }
}

/// Whether a pattern with `*` matches: greedily, going back to the last star when stuck.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star = None;
    while t < text.len() {
        if pattern.get(p) == Some(&b'*') {
            star = Some((p, t));
            p += 1;
        } else if pattern.get(p) == Some(&text[t]) {
            p += 1;
            t += 1;
        } else if let Some((star_p, star_t)) = star {
            star = Some((star_p, star_t + 1));
            p = star_p + 1;
            t = star_t + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// By definition: a star is the empty string, or a character and a star.
    fn naive(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            ([b'*', rest @ ..], _) => naive(rest, text) || (!text.is_empty() && naive(pattern, &text[1..])),
            ([p, pattern @ ..], [t, text @ ..]) => p == t && naive(pattern, text),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn stars_stand_for_anything(pattern in "[ab*.]{0,6}", text in "[ab.]{0,8}") {
            prop_assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), naive(pattern.as_bytes(), text.as_bytes()));
        }
    }

    #[test]
    fn the_first_group_that_sets_something_decides() {
        let mut groups = Groups::default();
        groups.push(Group::matching("*.bias").weight_decay(0.0));
        groups.push(
            Group::matching("encoder.*")
                .weight_decay(0.5)
                .learning_rate_factor(0.1),
        );
        let settings = groups.settings("encoder.0.bias");
        assert_eq!(
            (settings.learning_rate_factor, settings.weight_decay),
            (0.1, Some(0.0))
        );
        let settings = groups.settings("decoder.weight");
        assert_eq!(
            (settings.learning_rate_factor, settings.weight_decay),
            (1.0, None)
        );
    }
}
