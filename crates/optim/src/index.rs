//! Where an optimizer has the state of which parameter.

use std::collections::HashMap;

use backprop_autodiff::{Lineage, ParamId};

/// Places by identity, by lineage, and by the path of what no parameter has had a step with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    by_id: HashMap<ParamId, usize>,
    by_lineage: HashMap<Lineage, Vec<usize>>,
    by_path: HashMap<String, Vec<usize>>,
}

impl Index {
    pub(crate) fn insert(
        &mut self,
        place: usize,
        id: Option<ParamId>,
        lineage: Option<&Lineage>,
        path: &str,
    ) {
        if let Some(id) = id {
            self.by_id.insert(id, place);
        }
        match lineage {
            Some(lineage) => self.by_lineage.entry(lineage.clone()).or_default().push(place),
            None => self.by_path.entry(path.to_owned()).or_default().push(place),
        }
    }

    pub(crate) fn remove(
        &mut self,
        place: usize,
        id: Option<ParamId>,
        lineage: Option<&Lineage>,
        path: &str,
    ) {
        if let Some(id) = id.filter(|id| self.by_id.get(id) == Some(&place)) {
            self.by_id.remove(&id);
        }
        let places = match lineage {
            Some(lineage) => self.by_lineage.get_mut(lineage),
            None => self.by_path.get_mut(path),
        };
        if let Some(places) = places {
            places.retain(|&other| other != place);
            if places.is_empty() {
                match lineage {
                    Some(lineage) => drop(self.by_lineage.remove(lineage)),
                    None => drop(self.by_path.remove(path)),
                }
            }
        }
    }

    pub(crate) fn of_id(&self, id: ParamId) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    pub(crate) fn of_lineage(&self, lineage: &Lineage) -> &[usize] {
        self.by_lineage.get(lineage).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn without_lineage(&self, path: &str) -> &[usize] {
        self.by_path.get(path).map_or(&[], Vec::as_slice)
    }
}
