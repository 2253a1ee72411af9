//! The functions.

use std::fmt::Debug;

use backprop_datasets::idx::{ElementType, Elements, Idx};
use backprop_datasets::synthetic::{
    MakeBlobs, MakeClassification, MakeRegression, blobs, circles, moons, spirals, xor,
};
use backprop_datasets::{
    Batch, Dataset, Error, MinMaxScaler, Pca, RandomShift, Result, StandardScaler, Subset, TensorDataset,
    digits, iris, mnist, scale_pixels, split,
};
use backprop_tensor::Element;
use backprop_testing::calls;
use backprop_testing::hostile::{Call, Sample, Source};

/// What came out, looked at from all sides.
fn seen<V: Debug>(result: &Result<V>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{error} {error:?}"),
    }
}

fn made(data: Result<TensorDataset<impl Element, impl Element>>) -> String {
    if let Ok(data) = &data {
        assert_eq!(data.len(), data.targets().shape()[0]);
        assert!(data.get(data.len()).is_none() && (data.is_empty() || data.get(0).is_some()));
    }
    seen(&data)
}

/// A data set: often with as many targets as inputs, seldom with absurd shapes.
fn data<Y: Sample>(s: &mut Source) -> Option<TensorDataset<f32, Y>> {
    let inputs = s.tensor::<f32>();
    let length = inputs.shape().first().copied().unwrap_or(0);
    let targets = if s.seldom(6) || length > 10 {
        s.tensor()
    } else {
        s.of_shape(&[length])
    };
    TensorDataset::new(inputs, targets).ok()
}

/// Numbers of samples, features, classes: mostly small.
fn numbers<const N: usize>(s: &mut Source) -> [usize; N] {
    std::array::from_fn(|_| s.length())
}

fn places(s: &mut Source) -> Vec<usize> {
    (0..s.rng.below(6)).map(|_| s.length()).collect()
}

fn labels(s: &mut Source) -> Vec<i64> {
    (0..s.rng.below(12)).map(|_| s.number()).collect()
}

fn sources() -> Vec<Call> {
    calls! {
        circles |s| made(circles(s.length(), s.real(), s.real(), &mut s.rng.split()));
        moons |s| made(moons(s.length(), s.real(), &mut s.rng.split()));
        spirals |s| made(spirals(s.length(), s.length(), s.real(), s.real(), &mut s.rng.split()));
        xor |s| made(xor(s.length(), s.real(), &mut s.rng.split()));
        blobs |s| made(blobs(s.length(), s.length(), &mut s.rng.split()));
        generate |s| {
            let [samples, features, centers] = numbers(s);
            let mut make = MakeBlobs::new(samples).features(features).centers(centers).cluster_std(s.real());
            if s.flag() {
                make = make.center_box(s.real(), s.real());
            }
            if s.flag() {
                make = make.centers_at(s.tensor());
            }
            made(make.generate(&mut s.rng))
        };
        classification |s| {
            let [samples, features, informative, redundant, repeated, classes, clusters] = numbers(s);
            let mut make = MakeClassification::new(samples).features(features).informative(informative);
            make = make.redundant(redundant).repeated(repeated).classes(classes).clusters_per_class(clusters);
            make = make.flip_y(s.real()).class_sep(s.real()).hypercube(s.flag()).shuffle(s.flag());
            make = make.shift(s.real()).scale(vec![s.real(); s.rng.below(4)]);
            if s.flag() {
                make = make.weights(vec![s.real(); s.rng.below(4)]);
            }
            made(make.generate(&mut s.rng))
        };
        regression |s| {
            let [samples, features, informative, targets, rank] = numbers(s);
            let mut make = MakeRegression::new(samples).features(features).informative(informative).targets(targets);
            make = make.bias(s.real()).noise(s.real()).shuffle(s.flag()).tail_strength(s.real());
            if s.flag() {
                make = make.effective_rank(rank);
            }
            seen(&make.generate(&mut s.rng))
        };
        random |s| seen(&split::random(s.length(), s.real(), &mut s.rng.split()));
        stratified |s| seen(&split::stratified(&labels(s), s.real(), &mut s.rng.split()));
        k_fold |s| seen(&split::k_fold(s.length(), s.length(), &mut s.rng.split()));
        stratified_k_fold |s| seen(&split::stratified_k_fold(&labels(s), s.length(), &mut s.rng.split()));
    }
}

/// A call with a data set, if there is one.
macro_rules! on_data {
    ($s:ident, $y:ty, |$data:ident| $call:expr) => {
        match data::<$y>($s) {
            Some($data) => $call,
            None => String::new(),
        }
    };
}

fn data_sets() -> Vec<Call> {
    calls! {
        new |s| made(TensorDataset::new(s.tensor::<u8>(), s.tensor::<f64>()));
        inputs |s| on_data!(s, i64, |data| format!("{:?} {:?} {:?}", data.inputs(), data.targets(), data.clone().into_parts()));
        get |s| on_data!(s, i64, |data| format!("{:?}", data.get(s.length())));
        subset |s| on_data!(s, i64, |data| made(data.subset(&places(s))));
        take |s| on_data!(s, i64, |data| made(Ok(data.take(s.length()))));
        split_at |s| on_data!(s, f32, |data| seen(&data.split_at(s.length())));
        concat |s| on_data!(s, i64, |data| made(data.concat(&data.take(s.length()))));
        concat_other |s| on_data!(s, i64, |data| match self::data(s) {
            Some(other) => made(data.concat(&other)),
            None => String::new(),
        });
        map_inputs |s| on_data!(s, i64, |data| made(data.map_inputs(|x| x.reshape(s.shape_for(x)))));
        map_targets |s| on_data!(s, i64, |data| made(data.map_targets(|y| y.reshape(s.shape_for(y)))));
        reshape_inputs |s| on_data!(s, i64, |data| made(data.reshape_inputs(s.lengths())));
        with_class_names |s| on_data!(s, i64, |data| {
            let named = data.with_class_names(["a", "b"]);
            format!("{:?} {:?}", named.class_names(), named)
        });
        with_feature_names |s| on_data!(s, i64, |data| {
            let named = data.with_feature_names(["a", "b"]);
            let names = named.as_ref().map(|named| named.feature_names().len());
            format!("{names:?} {}", seen(&named))
        });
        with_weights |s| on_data!(s, i64, |data| {
            let weights = if s.flag() { s.tensor() } else { s.of_shape(&[data.len()]) };
            let batch = data.range(0..data.len()).and_then(|batch| batch.with_weights(Some(weights.clone())));
            let weighted = data.with_weights(&weights);
            if let Ok(weighted) = &weighted {
                let _ = (weighted.is_in_memory(), weighted.weights().map(|weights| weights.count()));
                let _ = (weighted.concat(&weighted.take(s.length())).is_ok(), weighted.subset(&places(s)).is_ok());
            }
            format!("{} {}", seen(&batch), made(weighted))
        });
        split |s| on_data!(s, i64, |data| seen(&data.split(s.real(), &mut s.rng)));
        stratified_split |s| on_data!(s, i64, |data| seen(&data.stratified_split(s.real(), &mut s.rng)));
        folds |s| on_data!(s, i64, |data| {
            let folds = data.k_fold(s.length(), &mut s.rng).map(|folds| folds.take(3).count());
            let stratified = data.stratified_k_fold(s.length(), &mut s.rng).map(|folds| folds.take(3).count());
            format!("{} {}", seen(&folds), seen(&stratified))
        });
        one_hot |s| on_data!(s, i64, |data| made(data.one_hot(s.length())));
        batches |s| on_data!(s, i64, |data| {
            let mut batches = data.batches(s.length());
            if s.flag() {
                batches = batches.shuffle(&mut s.rng);
            }
            if s.flag() {
                batches = batches.drop_last();
            }
            format!("{} {:?} {:?}", batches.len(), batches.next(), batches.nth(s.length()))
        });
        try_batches |s| on_data!(s, i64, |data| {
            let mapped = data.map(|batch| batch.map_inputs(|x| x.square()));
            let mut batches = mapped.try_batches(s.length()).shuffle(&mut s.rng).drop_last();
            format!("{} {:?} {:?}", mapped.inner().len(), batches.nth(s.length()), batches.next())
        });
        augment |s| on_data!(s, i64, |data| {
            let shift = if s.flag() { [1, data.inputs().count().checked_div(data.len()).unwrap_or(0)] } else { [s.length(), s.length()] };
            let moved = data.augment(RandomShift::new(shift, s.length()));
            let _ = (moved.inner().len(), moved.augmented(&places(s), &mut s.rng).is_ok(), moved.range(0..s.length()).is_ok());
            let cut = s.seldom(4);
            let other = (&moved).augment_fn(move |x, rng| if cut { Ok(x.slice(0, rng.below(3)..)?) } else { Ok(x.flip(0)?) });
            let _ = other.augmented(&places(s), &mut s.rng).is_ok();
            let subset = Subset::new(&moved, places(s)).map(|subset| subset.augmented(&[0], &mut s.rng).is_ok());
            let mapped = (&moved).map(|batch| batch.map_inputs(|x| x.square()));
            format!("{} {:?}", seen(&subset), mapped.try_batches(s.length()).shuffle(&mut s.rng).next())
        });
        batch |s| on_data!(s, i64, |data| format!("{} {}", seen(&data.batch(&places(s))), seen(&data.range(s.length()..s.length()))));
        indices |s| on_data!(s, i64, |data| {
            let subset = Subset::new(data, places(s));
            if let Ok(subset) = &subset {
                let _ = (subset.inner().len(), subset.indices().len(), subset.len(), subset.batch(&places(s)).is_ok());
            }
            seen(&subset)
        });
        is_empty |s| {
            let batch = Batch::new(s.tensor::<f32>(), s.tensor::<i64>());
            if let Ok(batch) = &batch {
                let _ = (batch.len(), batch.is_empty(), batch.map_targets(|y| y.unsqueeze(0)).is_ok());
            }
            seen(&batch)
        };
    }
}

fn transforms() -> Vec<Call> {
    calls! {
        fit |s| {
            let (x, other) = (s.tensor::<f32>(), s.tensor());
            let scaler = StandardScaler::fit(&x);
            if let Ok(scaler) = &scaler {
                let _ = (scaler.transform(&x).is_ok(), scaler.transform(&other).is_ok(), scaler.inverse_transform(&other).is_ok());
                let _ = (scaler.mean().count(), scaler.std().count());
            }
            format!("{} {}", seen(&scaler), seen(&StandardScaler::new(x, other)))
        };
        with_feature_range |s| {
            let (x, other) = (s.tensor::<f64>(), s.tensor());
            let scaler = MinMaxScaler::fit(&x).and_then(|scaler| scaler.with_feature_range(s.number(), s.number()));
            if let Ok(scaler) = &scaler {
                let _ = (scaler.transform(&x).is_ok(), scaler.transform(&other).is_ok(), scaler.inverse_transform(&other).is_ok());
                let _ = (scaler.min().count(), scaler.max().count(), scaler.feature_range());
            }
            format!("{} {}", seen(&scaler), seen(&MinMaxScaler::new(x, other)))
        };
        pca |s| {
            let (x, other) = (s.tensor::<f32>(), s.tensor());
            let pca = Pca::fit(&x, s.length());
            if let Ok(pca) = &pca {
                let _ = (pca.transform(&x).is_ok(), pca.transform(&other).is_ok(), pca.inverse_transform(&other).is_ok());
                let _ = (pca.mean().count(), pca.components().count(), pca.explained_variance().len(), pca.explained_variance_ratio());
            }
            seen(&pca)
        };
        scale_pixels |s| seen(&scale_pixels(&s.tensor()));
    }
}

/// An IDX file, most of it well formed.
fn bytes(s: &mut Source) -> Vec<u8> {
    let kind = [0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e, 0x00][s.rng.below(7)];
    let axes = s.rng.below(4) as u8;
    let mut bytes = vec![
        0,
        if s.seldom(10) { 1 } else { 0 },
        kind,
        if s.seldom(10) { 255 } else { axes },
    ];
    for _ in 0..axes {
        bytes.extend((s.length() as u32).to_be_bytes());
    }
    let extra = s.rng.below(40);
    bytes.extend((0..extra).map(|_| s.number::<u8>()));
    bytes
}

fn files() -> Vec<Call> {
    calls! {
        from_bytes |s| {
            let bytes = bytes(s);
            let idx = Idx::from_bytes(&bytes);
            match idx {
                Ok(idx) => {
                    let _ = (idx.to_tensor::<f32>().is_ok(), idx.to_f32().len(), idx.to_f64().len(), idx.as_slice::<u8>().is_ok());
                    let _ = (idx.element_type(), idx.elements().len(), idx.elements().is_empty(), idx.shape().len());
                    let (mut plain, mut zipped) = (Vec::new(), Vec::new());
                    let _ = (idx.write(&mut plain).is_ok(), idx.write_gzip(&mut zipped).is_ok());
                    // Compared as bytes, since a NaN is not equal to itself.
                    assert_eq!(Idx::read(&zipped[..]).unwrap().to_bytes(), plain);
                    assert_eq!(idx.to_bytes(), plain);
                    format!("{:?}", idx.into_parts())
                }
                Err(error) => format!("{error} {:?} {:?}", error.kind(), error.path()),
            }
        };
        read |s| {
            let bytes = bytes(s);
            let bytes = &bytes[s.rng.below(bytes.len())..];
            (Idx::read(bytes).is_ok(), Idx::read_at_most(bytes, s.length()).is_ok(), Idx::open_at_most("no/such/file", 0).is_ok())
        };
        from_tensor |s| Idx::from_tensor(&s.tensor::<u8>()).is_ok();
        with_shape |s| Idx::new(s.lengths(), vec![1_u8; 6]).is_ok();
        open |s| (Idx::open("no/such/file").is_err(), Idx::from_tensor(&s.tensor::<f32>()).is_ok_and(|idx| idx.save("no/such/file").is_ok()));
        code |s| {
            let kind = ElementType::from_code(s.number());
            (kind.map_or(0, |kind| kind.size() + usize::from(kind.code())), Elements::from(vec![1_u8]).element_type().size())
        };
        from_files_at_most |s| {
            let limit = s.length();
            let bytes = mnist::bytes_from_files_at_most("no/such/folder", limit);
            (mnist::from_files_at_most("no/such/folder", limit).is_err(), bytes.is_err())
        };
        from_files |_s| (mnist::from_files("no/such/folder").is_err(), mnist::bytes_from_files("no/such/folder").is_err());
        other |s| seen::<()>(&Err(Error::other(format!("{:?}", s.number::<f32>()))));
    }
}

/// What takes no arguments: once is enough. (MNIST's `load`, `load_images` and `load_bytes` have a test of their own, with its feature.)
pub fn embedded() -> [usize; 3] {
    [
        iris::load().map_or(0, |data| data.len()),
        digits::load().map_or(0, |data| data.len()),
        digits::load_bytes().map_or(0, |data| data.len()),
    ]
}

pub fn all() -> Vec<Call> {
    let mut calls = sources();
    calls.extend(data_sets());
    calls.extend(transforms());
    calls.extend(files());
    calls
}
