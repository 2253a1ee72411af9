use backprop_tensor::{Element, Rng, Tensor};

/// Arguments that follow from a seed: mostly such that a function has work to do, sometimes hostile.
#[derive(Debug)]
pub struct Source {
    /// What all of them are drawn from.
    pub rng: Rng,
    vast: bool,
}

/// Elements, the extreme ones among them.
pub trait Sample: Element {
    /// The least and the greatest, those that are no numbers, and the like.
    const EXTREMES: &'static [Self];

    /// A small number, or its truth.
    fn small(number: i8) -> Self;
}

macro_rules! sample {
    ($($t:ident [$($extreme:expr),*];)*) => {
        $(impl Sample for $t {
            const EXTREMES: &'static [Self] = &[$($extreme),*];

            // `From` is not there for all of them.
            #[allow(clippy::cast_lossless)]
            fn small(number: i8) -> Self {
                number as $t
            }
        })*
    };
}
sample! {
    f32 [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, -0.0, 1e-45, 0.5];
    f64 [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, -0.0, 5e-324, 0.5];
    i32 [i32::MIN, i32::MAX];
    i64 [i64::MIN, i64::MAX, i64::MIN + 1];
    u8 [u8::MAX];
}

impl Sample for bool {
    const EXTREMES: &'static [Self] = &[true, false];

    fn small(number: i8) -> Self {
        number > 0
    }
}

/// Lengths that nobody has memory for, not even for bytes that are never touched.
const HUGE: [usize; 6] = [
    1 << 47,
    1 << 58,
    (1 << 59) - 1,
    isize::MAX as usize,
    isize::MAX as usize + 1,
    usize::MAX,
];

impl Source {
    /// Those of this seed.
    pub fn new(seed: u64) -> Self {
        let rng = Rng::seed(seed);
        Self { rng, vast: false }
    }

    /// Lets tensors have more elements than memory could hold, all of them in one place. A sum over them would take for ever.
    #[must_use]
    pub fn vast(self, vast: bool) -> Self {
        Self { vast, ..self }
    }

    /// True once in `n` times.
    pub fn seldom(&mut self, n: usize) -> bool {
        self.rng.below(n) == 0
    }

    /// Heads or tails.
    pub fn flag(&mut self) -> bool {
        self.seldom(2)
    }

    /// A number, seldom an extreme one.
    pub fn number<T: Sample>(&mut self) -> T {
        match self.seldom(6) {
            true => T::EXTREMES[self.rng.below(T::EXTREMES.len())],
            false => T::small(self.rng.below(9) as i8 - 4),
        }
    }

    /// A number, often between 0 and 1.
    pub fn real(&mut self) -> f64 {
        match self.seldom(2) {
            true => self.number(),
            false => self.rng.uniform(),
        }
    }

    /// An axis that a tensor may have, seldom one that none has.
    pub fn axis(&mut self) -> isize {
        match self.seldom(12) {
            true => [isize::MIN, isize::MAX, isize::MIN + 1, 8, -9][self.rng.below(5)],
            false => self.rng.below(7) as isize - 3,
        }
    }

    /// Up to three of them.
    pub fn axes(&mut self) -> Vec<isize> {
        (0..self.rng.below(4)).map(|_| self.axis()).collect()
    }

    /// A small length, seldom a huge one.
    pub fn length(&mut self) -> usize {
        match self.seldom(12) {
            true => HUGE[self.rng.below(HUGE.len())],
            false => self.rng.below(5),
        }
    }

    /// Up to four of them, seldom more.
    pub fn lengths(&mut self) -> Vec<usize> {
        let most = if self.seldom(20) { 12 } else { 5 };
        (0..self.rng.below(most)).map(|_| self.length()).collect()
    }

    /// Any shape, and often one of as many elements as this tensor has.
    pub fn shape_for<T: Element>(&mut self, x: &Tensor<T>) -> Vec<usize> {
        let mut shape = x.shape().to_vec();
        match self.rng.below(4) {
            0 => self.lengths(),
            1 => vec![x.count()],
            2 => {
                self.rng.shuffle(&mut shape);
                shape
            }
            _ => {
                shape.insert(0, self.length());
                shape
            }
        }
    }

    /// A small tensor through some views; seldom an empty one with huge lengths.
    pub fn tensor<T: Sample>(&mut self) -> Tensor<T> {
        let rank = self.rng.below(5);
        let mut shape: Vec<usize> = (0..rank).map(|_| self.rng.below(4)).collect();
        if self.seldom(12) {
            shape.push(0);
            shape.insert(self.rng.below(shape.len()), self.length());
        }
        if self.vast && self.seldom(12) {
            let one = Tensor::scalar(self.number::<T>());
            shape.push(1 << 40);
            return one.broadcast_to(shape).unwrap_or_default();
        }
        let tensor = self.of_shape(&shape);
        self.view(tensor)
    }

    /// A tensor of this shape, which must be small.
    pub fn of_shape<T: Sample>(&mut self, shape: &[usize]) -> Tensor<T> {
        Tensor::from_fn(shape, |_| self.number()).unwrap_or_default()
    }

    /// The same tensor or a view of it.
    pub fn view<T: Element>(&mut self, mut x: Tensor<T>) -> Tensor<T> {
        for _ in 0..self.rng.below(3) {
            let (axis, other) = (self.axis(), self.axis());
            let seen = match self.rng.below(5) {
                0 => x.transpose(axis, other),
                1 => x.flip(axis),
                2 => x.slice_step(axis, .., if self.flag() { 2 } else { -2 }),
                3 => x.slice(axis, 1..),
                _ => x.unsqueeze(axis),
            };
            x = seen.unwrap_or(x);
        }
        x
    }

    /// A tensor whose shape often fits, or broadcasts, to that of another.
    pub fn fitting<T: Sample, U: Element>(&mut self, other: &Tensor<U>) -> Tensor<T> {
        let mut shape = other.shape().to_vec();
        if self.seldom(4) || other.count() > 10_000 {
            return self.tensor();
        }
        if self.seldom(3) && !shape.is_empty() {
            let axis = self.rng.below(shape.len());
            shape[axis] = 1;
        }
        if self.seldom(3) && !shape.is_empty() {
            shape.remove(0);
        }
        self.of_shape(&shape)
    }

    /// Indices, most of them small.
    pub fn indices(&mut self) -> Tensor<i64> {
        let shape: Vec<usize> = (0..self.rng.below(4)).map(|_| self.rng.below(4)).collect();
        let extreme = self.seldom(4);
        let index = |rng: &mut Rng| match extreme && rng.below(4) == 0 {
            true => [i64::MIN, -1, 100, i64::MAX][rng.below(4)],
            false => rng.below(3) as i64,
        };
        Tensor::from_fn(shape, |_| index(&mut self.rng)).unwrap_or_default()
    }
}
