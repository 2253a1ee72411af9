use std::collections::BTreeSet;
use std::fmt::Debug;

use backprop_autodiff::{BufferId, Leaf, LeafMut, Module, ParamId, Path};
use backprop_tensor::Float;

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    Param(ParamId),
    Buffer(BufferId),
    Unknown,
}

pub(crate) fn check<T: Float>(module: &mut impl Module<T>) -> Result<(), String> {
    let mut shared = Vec::new();
    module.visit(&Path::ROOT, &mut |path, leaf| {
        let identity = match leaf {
            Leaf::Param(param) => Identity::Param(param.id()),
            Leaf::Buffer(buffer) => Identity::Buffer(buffer.id()),
            _ => Identity::Unknown,
        };
        shared.push((path.to_string(), identity));
    });
    let mut exclusive = Vec::new();
    module.visit_mut(&Path::ROOT, &mut |path, leaf| {
        let identity = match leaf {
            LeafMut::Param(param) => Identity::Param(param.id()),
            LeafMut::Buffer(buffer) => Identity::Buffer(buffer.id()),
            _ => Identity::Unknown,
        };
        exclusive.push((path.to_string(), identity));
    });
    for (number, (shared, exclusive)) in shared.iter().zip(&exclusive).enumerate() {
        if shared != exclusive {
            return Err(format!(
                "number {number} is {shared:?} for visit, {exclusive:?} for visit_mut"
            ));
        }
    }
    if shared.len() != exclusive.len() {
        return Err(format!(
            "visit shows {}, visit_mut {}",
            shared.len(),
            exclusive.len()
        ));
    }
    let mut paths = BTreeSet::new();
    let mut identities = BTreeSet::new();
    for (path, identity) in &shared {
        if !paths.insert(path) {
            return Err(format!("there are two of the path {path:?}"));
        }
        if !identities.insert(identity) {
            return Err(format!("what is at {path:?} is elsewhere too"));
        }
    }
    Ok(())
}
